"""The chain that ties a journal together: a digest for each append over the one before it and its own stored bytes.

Changed, removed, reordered or inserted rows break it; a missing end shows against the head that the run's row holds.
Without a key it proves accident, not malice: whoever can write the file can compute it again (11-hard-cases 25).
Large values are covered by their hashes, which stand in the bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, NamedTuple

from holdfast.core.events import Entry
from holdfast.errors import StoreError
from holdfast.journal import codec
from holdfast.values import pair

SIZE: Final = 16
"""Bytes of a digest: 128 bits, against a forger with the key out of reach and small beside a step's entries."""

_PLACE: Final = struct.Struct("<Bqd")


class StoredAppend(NamedTuple):
    """One append as it lies in a store. `seq`: of its first event."""

    version: int
    seq: int
    at: float
    body: bytes
    digest: bytes


@pair
class Chain:
    """Digests under one key; an empty key: plain hashes."""

    key: bytes = b""

    @classmethod
    def keyed(cls, key: bytes | None) -> Chain:
        """With a configured key of any length, or none."""
        key = key or b""
        return cls(key if len(key) <= blake2b.MAX_KEY_SIZE else blake2b(key).digest())

    def start(self, run: str) -> bytes:
        """What stands before a run's first append: so a journal cannot pass for another run's."""
        return blake2b(run.encode(), digest_size=SIZE, key=self.key).digest()

    def link(self, previous: bytes, version: int, seq: int, at: float, body: bytes) -> bytes:
        """The digest of an append that follows `previous`."""
        covered = previous + _PLACE.pack(version, seq, at) + body
        return blake2b(covered, digest_size=SIZE, key=self.key).digest()


@dataclass(slots=True)
class Verified:
    """Reads a journal while it follows its chain.

    `previous` and `seq` say where to start and, after `entries`, where the journal ends: the digest and the number of
    the last entry.
    """

    run: str
    chain: Chain
    previous: bytes
    seq: int = 0

    def entries(self, stored: Iterable[StoredAppend], blobs: codec.Blobs) -> Iterator[Entry]:
        """The entries of these appends. Raises StoreError at the first that does not belong here."""
        for append in stored:
            self._follow(append)
            for event in codec.decode(append.body, blobs, append.version):
                self.seq += 1
                yield Entry(self.seq, append.at, event)

    def ends(self, seq: int, head: bytes) -> None:
        """Check that the journal ends where the run's row says. Raises StoreError."""
        if self.seq != seq:
            raise self._broken(f"it ends at entry {self.seq}, where {seq} were written")
        if self.previous != head:
            raise self._broken("its last digest is not the one written in the run's row")

    def _follow(self, append: StoredAppend) -> None:
        seq, digest = append.seq, append.digest
        if seq != self.seq + 1:
            raise self._broken(f"after entry {self.seq} comes entry {seq}")
        if not self._fits(append):
            raise self._broken(f"entry {seq} is not what was written, or the configured digest key is another")
        self.previous = digest

    def _fits(self, append: StoredAppend) -> bool:
        version, seq, at, body, digest = append
        try:
            return self.chain.link(self.previous, version, seq, at, body) == digest
        except (TypeError, struct.error):  # a column was given a value of another type
            return False

    def _broken(self, what: str) -> StoreError:
        return StoreError(
            f"the journal of run {self.run} is broken: {what}; keep a copy of the store, then restore it from a backup "
            "(`holdfast doctor` says what else is affected)"
        )
