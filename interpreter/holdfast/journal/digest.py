"""The chain that ties a journal together: a digest for each append over the one before it and its own stored bytes.

Changed, removed, reordered or inserted rows break it. Where it ends is sealed in the run's row with every append: the
seal of an earlier end was overwritten, so who cuts a journal off needs the key (or a copy of the file from before) to
make it look whole.
Without a key all of it proves accident, not malice: whoever can write the file can compute it again (11-hard-cases 25).
Large values are covered by their hashes, which stand in the bytes.

The bytes are hashed by themselves before they are tied in. So the text of an append may be erased and its hash kept:
the chain stays what it was (`StoredAppend.erased`). What stands there instead is covered too, by the digest that the
entry about the erasure carries (`ErasedDigest`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

from holdfast.core.events import Entry
from holdfast.errors import StoreError
from holdfast.journal import codec
from holdfast.values import pair

SIZE: Final = 16
"""Bytes of a digest: 128 bits, against a forger with the key out of reach and small beside a step's entries."""

MARK: Final = 4
"""Bytes by which a key is told from others, in front of a seal; zeros: no key."""

UNKEYED: Final = bytes(MARK)

_PLACE: Final = struct.Struct("<Bqd")
_END: Final = struct.Struct("<q")
_ERASED: Final = struct.Struct("<qq")
_SEAL: Final = b"holdfast seal"
_NAME: Final = b"holdfast key"
_LETTER: Final = b"holdfast letter"
_TO: Final = struct.Struct("<qd")


class StoredAppend(NamedTuple):
    """One append as it lies in a store. `seq`: of its first event.

    A `version` below zero: its text was erased; `body` is the hash of what stood there and then what stands there now.
    """

    version: int
    seq: int
    at: float
    body: bytes
    digest: bytes

    @property
    def erased(self) -> bool:
        """Whether it is not all there any more."""
        return self.version < 0

    @property
    def content(self) -> bytes:
        """Its events as they can be read now."""
        return self.body[SIZE:] if self.version < 0 else self.body


def readable(version: int, body: bytes) -> tuple[int, bytes]:
    """Format and bytes of a stored append's events, erased or not."""
    return (version, body) if version >= 0 else (-version, body[SIZE:])


@pair
class Chain:
    """Digests under one key; an empty key: plain hashes. `older`: keys that still verify, the newest first."""

    key: bytes = b""
    older: tuple[bytes, ...] = ()
    mark: bytes = UNKEYED

    @classmethod
    def keyed(cls, key: bytes | None, older: Iterable[bytes] = ()) -> Chain:
        """With a configured key of any length, or none. An empty one among the older: plain hashes verify too."""
        short = _short(key or b"")
        return cls(short, tuple(map(_short, older)), _mark(short))

    def start(self, run: str) -> bytes:
        """What stands before a run's first append: so a journal cannot pass for another run's."""
        return blake2b(run.encode(), digest_size=SIZE).digest()

    def inner(self, body: bytes) -> bytes:
        """The hash of an append's bytes by themselves."""
        return blake2b(body, digest_size=SIZE, key=self.key).digest()

    def link(self, previous: bytes, version: int, seq: int, at: float, body: bytes) -> bytes:
        """The digest of an append that follows `previous`."""
        begun = _begun(self.key)
        inner = begun.copy()
        inner.update(body)
        link = begun.copy()
        link.update(previous + _PLACE.pack(version, seq, at) + inner.digest())
        return link.digest()

    def follows(self, previous: bytes, append: StoredAppend) -> bool:
        """Whether this append follows `previous` under this chain's own key."""
        version, seq, at, body, digest = append
        if version >= 0:
            return self.link(previous, version, seq, at, body) == digest
        covered = previous + _PLACE.pack(-version, seq, at) + body[:SIZE]
        return blake2b(covered, digest_size=SIZE, key=self.key).digest() == digest

    def seal(self, seq: int, head: bytes) -> bytes:
        """What says that a journal ends at entry `seq` with the digest `head`: a signed checkpoint."""
        seal = _begun(self.key, _SEAL).copy()
        seal.update(_END.pack(seq) + head)
        return self.mark + seal.digest()

    def letter(self, run: str, at: float, body: bytes) -> bytes | None:
        """What says that a message for a run came at this time from who has the key; None: there is no key."""
        if not self.key:
            return None
        to = run.encode()
        seal = _begun(self.key, _LETTER).copy()
        seal.update(_TO.pack(len(to), at) + to + body)
        return self.mark + seal.digest()

    @property
    def marks(self) -> frozenset[bytes]:
        """Of every key that verifies."""
        return frozenset(chain.mark for chain in self.each())

    def each(self) -> tuple[Chain, ...]:
        """One chain for each key that verifies, the oldest first."""
        return (*(Chain(key, (), _mark(key)) for key in reversed(self.older)), Chain(self.key, (), self.mark))

    def sealed(self, seal: bytes, seq: int, head: bytes) -> bool:
        """Whether a seal is one for this end, under any of the keys."""
        return any(chain.seal(seq, head) == seal for chain in self.each())


@lru_cache(maxsize=64)
def _begun(key: bytes, person: bytes = b"") -> blake2b:
    """A hash under a key with nothing in it yet: to copy it takes half as long as to begin one, thrice an append."""
    return blake2b(digest_size=SIZE, key=key, person=person)


def _short(key: bytes) -> bytes:
    return key if len(key) <= blake2b.MAX_KEY_SIZE else blake2b(key).digest()


def _mark(key: bytes) -> bytes:
    return blake2b(b"", digest_size=MARK, key=key, person=_NAME).digest() if key else UNKEYED


class ErasedDigest:
    """Covers what stands in a journal where text was erased: each such append, in the order of the journal."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=SIZE)
        self.count = 0

    def add(self, seq: int, content: bytes) -> None:
        """An append as it reads after the erasure. `seq`: of its first event."""
        self._hash.update(_ERASED.pack(seq, len(content)) + content)
        self.count += 1

    def hex(self) -> str:
        """As the entry about the erasure names it."""
        return self._hash.hexdigest()


@dataclass(slots=True)
class Verified:
    """Reads a journal while it follows its chain.

    `previous` and `seq` say where to start and, after `entries`, where the journal ends: the digest and the number of
    the last entry. Of several keys each may take over from an older one, never the other way round.
    """

    run: str
    chain: Chain
    previous: bytes
    seq: int = 0
    _keys: tuple[Chain, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._keys = self.chain.each() if self.chain.older else (self.chain,)

    def entries(self, stored: Iterable[StoredAppend], blobs: codec.Blobs) -> Iterator[Entry]:
        """The entries of these appends. Raises StoreError at the first that does not belong here."""
        for append in stored:
            self._follow(append)
            version, body = readable(append.version, append.body)
            for event in codec.decode(body, blobs, version):
                self.seq += 1
                yield Entry(self.seq, append.at, event)

    def ends(self, seq: int, head: bytes, seal: bytes) -> None:
        """Check that the journal ends where the run's row says. Raises StoreError."""
        if self.seq != seq:
            raise self._broken(f"it ends at entry {self.seq}, where {seq} were written")
        if self.previous != head:
            raise self._broken("its last digest is not the one written in the run's row")
        if not any(chain.seal(seq, head) == seal for chain in self._keys):
            raise self._broken(f"it ends at entry {seq}, and nothing is sealed there; or the configured key is another")

    def _follow(self, append: StoredAppend) -> None:
        seq, digest = append.seq, append.digest
        if seq != self.seq + 1:
            raise self._broken(f"after entry {self.seq} comes entry {seq}")
        if not self._fits(append):
            raise self._broken(f"entry {seq} is not what was written, or the configured digest key is another")
        self.previous = digest

    def _fits(self, append: StoredAppend) -> bool:
        for number, chain in enumerate(self._keys):
            try:
                fits = chain.follows(self.previous, append)
            except (TypeError, struct.error):  # a column was given a value of another type
                return False
            if fits:
                self._keys = self._keys[number:] if number else self._keys
                return True
        return False

    def _broken(self, what: str) -> StoreError:
        return StoreError(
            f"the journal of run {self.run} is broken: {what}; keep a copy of the store, then restore it from a backup "
            "(`holdfast audit verify` says what else is affected)"
        )
