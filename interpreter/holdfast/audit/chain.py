"""One journal against its chain, append by append: nothing of it is kept, and what follows a fault is looked at too.

Theory: an append's digest covers the digest before it, its own place (format, number, time) and bytes. So as long as
each follows the one before, nothing was changed, removed or put in, and nothing has to be decoded. Only where one does
not follow is it looked at what has happened. A column may hold anything by then: types are looked at, not believed.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

from holdfast.audit.fault import Fault
from holdfast.journal import codec
from holdfast.journal.digest import MARK, SIZE, UNKEYED, Chain, ErasedDigest, StoredAppend, readable
from holdfast.journal.sqlite.raw import RawRun

LARGE: Final = re.compile(rb'\},\{(?:"[a-z_]+":"[0-9a-f]{64}",?)+\}\]')
"""How an event ends of which parts lie among the large values."""

MOST: Final = 20
"""Faults of one run that are told; of the others there is a count."""

_PLACE: Final = struct.Struct("<Bqd")


class ChainScan:
    """Looks at one journal while it passes by.

    Args:
        run: where it should end.
        chain: the keys.
        anchors: digests that are known from outside, by the number of the entry that ended the journal then.
    """

    def __init__(self, run: RawRun, chain: Chain, anchors: Mapping[int, bytes] | None = None) -> None:
        self._run, self._keys = run, chain.each()
        self._anchors = sorted((anchors or {}).items(), reverse=True)
        self.faults: list[Fault] = []
        self.more = 0
        """Faults beyond `MOST`."""
        self.large: list[tuple[int, bytes]] = []
        """Large values that the appends since the last look name: the number of the append, and the hash."""
        self.erased = ErasedDigest()
        self._previous, self._last = chain.start(run.run), _NOTHING
        self._named: tuple[int, str] | None = None
        self._meant: bytes | None = None
        self._blind = False

    def passing(self, appends: Iterable[StoredAppend]) -> Iterator[StoredAppend]:
        """The same appends, looked at. Whoever takes them should look for faults when they are through."""
        key = self._keys[0].key if len(self._keys) == 1 else None
        previous, pack = self._previous, _PLACE.pack
        for append in appends:
            row: tuple[Any, ...] = append
            version, seq, at, body, digest = row
            try:
                if key is not None and version >= 0:
                    inner = blake2b(body, digest_size=SIZE, key=key).digest()
                    linked = blake2b(previous + pack(version, seq, at) + inner, digest_size=SIZE, key=key).digest()
                    fits = linked == digest
                else:
                    fits = self._fits(previous, append)
            except (TypeError, struct.error):  # a column was given a value of another type
                fits = False
            if self._anchors:
                self._see_anchors(seq, previous)
            if not fits and not self._after_a_fault(append):
                if not self._explain(previous, append):
                    continue
            elif version < 0 or b'["DataErased"' in body:
                self._see_erasure(append)
            elif b'"}]' in body and LARGE.search(body):
                self.large += [(seq, ref) for ref in large_values(append)]
            previous = digest if isinstance(digest, bytes) else b""
            self._previous, self._last = previous, append
            yield append

    @property
    def seq(self) -> int:
        """The first number of the append that was looked at last."""
        seq: Any = self._last.seq
        return seq if isinstance(seq, int) else 0

    def ends(self) -> None:
        """Look at where the journal ends; `seq` is the number of its last entry then."""
        last = end_of(self._last)
        said: Any = self._run.last_seq
        self._last = self._last._replace(seq=last)
        self._see_anchors(last + 1, self._previous)
        self._see_anchors_left(last)
        self._see_erasures()
        if last != said:
            kind = "cut_off" if isinstance(said, int) and last < said else "too_long"
            self._fault(kind, last, f"a journal that ends at entry {said}", f"it ends at entry {last}")
        elif self._previous != self._run.head:
            self._fault("unsealed", last, "the last digest in the run's row", _short(self._run.head))
        elif not self._sealed(last):
            self._explain_seal(last)

    # --- what follows and what does not -------------------------------------------------------------------------------

    def _fits(self, previous: bytes, append: StoredAppend) -> bool:
        for number, chain in enumerate(self._keys):
            if chain.follows(previous, append):
                self._keys = self._keys[number:]
                return True
        return False

    def _after_a_fault(self, append: StoredAppend) -> bool:
        """Whether an append follows what the one before it, whose digest was changed, must have been."""
        meant, self._meant = self._meant, None
        return meant is not None and self._fits(meant, append)

    def _explain(self, previous: bytes, append: StoredAppend) -> bool:
        """An append does not follow: say why, as far as it can be told. Gives whether others may follow it."""
        seq: Any = append.seq
        body: Any = append.body
        wanted = end_of(self._last) + 1
        if self._last is _NOTHING and self._is_under_another_key():
            self._blind = True
        if self._blind:
            return True
        if not isinstance(seq, int) or not isinstance(body, bytes):
            self._fault("changed", wanted, f"entry {wanted}", "a row of other kinds of values")
        elif seq > wanted:
            gone = f"entry {wanted}" if seq == wanted + 1 else f"entries {wanted} to {seq - 1}"
            self._fault("missing", wanted, gone, f"after entry {wanted - 1} comes entry {seq}")
        elif seq < wanted:
            self._fault("moved", seq, f"entry {wanted}", f"entry {seq} comes after entry {wanted - 1}")
            return False
        elif self._keys[-1].key and Chain().follows(previous, append):
            self._fault("unkeyed", seq, "an entry sealed with the key", "one that follows without any key")
        else:
            self._fault("changed", seq, "what the digest of the entry says", "other content, time or digest")
            self._meant = self._keys[-1].link(previous, *append[:4]) if append.version >= 0 else None
        return True

    def _sealed(self, last: int) -> bool:
        return any(chain.seal(last, self._previous) == self._run.seal for chain in self._keys)

    def _mark(self) -> bytes:
        seal: Any = self._run.seal
        return seal[:MARK] if isinstance(seal, bytes) else b""

    def _is_under_another_key(self) -> bool:
        return self._mark() not in {chain.mark for chain in self._keys}

    def _explain_seal(self, last: int) -> None:
        mark = self._mark()
        if not self._is_under_another_key():
            self._fault("unsealed", last, f"a seal over entry {last} and its digest", "another one")
            return
        under = "no key" if mark == UNKEYED else f"the key {mark.hex()}"
        names = " or ".join("no key" if one.mark == UNKEYED else f"the key {one.mark.hex()}" for one in self._keys)
        self._fault("other_key", last, f"a seal under {names}", f"one under {under}")

    # --- anchors ------------------------------------------------------------------------------------------------------

    def _see_anchors(self, seq: Any, previous: bytes) -> None:
        """Compare with what was known outside where the journal ended before the append with this number."""
        while self._anchors and isinstance(seq, int) and self._anchors[-1][0] < seq:
            last, head = self._anchors.pop()
            if last != seq - 1 or head != previous:
                self._fault("anchor_differs", last, f"the digest {_short(head)} at entry {last}", _short(previous))

    def _see_anchors_left(self, last: int) -> None:
        for seq, _ in self._anchors:
            self._fault("anchor_cut_off", seq, f"a journal of at least {seq} entries", f"one of {last}")

    # --- erased text --------------------------------------------------------------------------------------------------

    def _see_erasure(self, append: StoredAppend) -> None:
        if append.version < 0:
            self.erased.add(append.seq, append.content)
            self._named = None
            return
        for kind, fields, *_ in _items(append):
            if kind == "DataErased":
                self._named = (append.seq, str(fields.get("digest", "")))

    def _see_erasures(self) -> None:
        if self.erased.count and (self._named is None or self._named[1] != self.erased.hex()):
            seq = self._named[0] if self._named else None
            self._fault("erased_otherwise", seq, "an entry that names what stands where text was erased", "none does")

    def _fault(self, kind: str, seq: int | None, expected: str, found: str) -> None:
        if len(self.faults) < MOST:
            self.faults.append(Fault(kind=kind, run=self._run.run, seq=seq, expected=expected, found=found))
        else:
            self.more += 1


_NOTHING: Final = StoredAppend(codec.VERSION, 1, 0.0, b"[]", b"")


def end_of(append: StoredAppend) -> int:
    """The number of an append's last entry; of one that cannot be read, its first."""
    seq: Any = append.seq
    if append is _NOTHING or not isinstance(seq, int):
        return 0
    return seq + max(len(_items(append)), 1) - 1


def _items(append: StoredAppend) -> Sequence[Sequence[Any]]:
    import json

    try:
        found = json.loads(readable(append.version, append.body)[1])
    except (ValueError, TypeError):
        return ()
    return found if isinstance(found, list) else ()


def large_values(append: StoredAppend) -> list[bytes]:
    """The hashes of what an append keeps elsewhere."""
    found: list[bytes] = []
    for item in _items(append):
        for large in item[2:]:
            if isinstance(large, dict):
                found += [bytes.fromhex(ref) for ref in large.values()]
    return found


def _short(digest: object) -> str:
    return f"{digest.hex()[:16]}…" if isinstance(digest, bytes) and digest else repr(digest)
