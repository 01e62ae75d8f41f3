"""The whole of a store against what was written to it: journals, seals, large values, plans, lists beside them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

from holdfast.audit.anchors import Anchor
from holdfast.audit.beside import Beside, left, slipped_in
from holdfast.audit.chain import ChainScan
from holdfast.audit.fault import Fault
from holdfast.core.events import Entry
from holdfast.journal import codec
from holdfast.journal.digest import Chain, StoredAppend, readable
from holdfast.journal.erasure import PLAN_ERASED
from holdfast.journal.sqlite.raw import Raw, RawRun
from holdfast.plan.shelf import hash_of

Said = Callable[[int, int], None]
"""Told how many entries have been looked at, and of how many."""


@dataclass(slots=True)
class Verified:
    """What came out, so far.

    `more`: faults beyond those that are told of one run.
    """

    runs: int = 0
    entries: int = 0
    blobs: int = 0
    more: int = 0
    faults: list[Fault] = field(default_factory=list[Fault])

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def add(self, other: Verified) -> None:
        """Take in what came out elsewhere."""
        self.runs += other.runs
        self.entries += other.entries
        self.blobs += other.blobs
        self.more += other.more
        self.faults += other.faults


@dataclass(slots=True)
class Verification:
    """What is verified, with what.

    Args:
        chain: the keys.
        anchors: of an earlier moment, by run.
        said: told how far it has come.
        now: seconds since 1970.
    """

    chain: Chain
    anchors: Mapping[str, Sequence[Anchor]] = field(default_factory=dict[str, Sequence[Anchor]])
    said: Said = lambda _entries, _of: None
    now: float = 0.0
    _of: int = 0
    _beside: Beside | None = None
    found: Verified = field(default_factory=Verified)

    def store(self, raw: Raw, parts: int = 1) -> Verified:
        """All of a store, but for what other processes do of so many parts."""
        self.found.faults += _damage(raw)
        self.part(raw, 0, parts)
        return self.rest(raw)

    def part(self, raw: Raw, number: int, parts: int) -> Verified:
        """One of so many parts of the runs; a family is never parted, since its journals speak of each other."""
        self._of = raw.count()
        self._beside = Beside(raw, self.chain, self.now, whole=True)
        for run in raw.runs():
            if parts == 1 or crc32(raw.family(run).encode()) % parts == number:
                self.run(raw, run)
        return self.found

    def rest(self, raw: Raw) -> Verified:
        """What belongs to no run."""
        self.found.faults += self._blobs(raw)
        self.found.faults += _plans(raw)
        self.found.faults += left(raw)
        self.found.faults += slipped_in(raw, self.chain)
        self.found.faults += self._gone(raw)
        return self.found

    def some(self, raw: Raw, runs: Iterable[str]) -> Verified:
        """Only these runs, by their whole ids, and those that wait for them: what became of a child, these may say."""
        found: dict[int, RawRun] = {}
        waiting = list(runs)
        while waiting:
            run = raw.run(waiting.pop())
            if run is not None and run.id not in found:
                found[run.id] = run
                waiting += [run.parent] if run.parent else []
        self._of = sum(run.last_seq for run in found.values())
        self._beside = Beside(raw, self.chain, self.now, whole=False)
        for _, run in sorted(found.items()):
            self.run(raw, run)
        self.found.faults += slipped_in(raw, self.chain, {run.run for run in found.values()})
        return self.found

    def run(self, raw: Raw, run: RawRun) -> None:
        """One run's journal with its seal and the large values that it names, and the rows beside it."""
        found = self.found
        if not run.run:
            found.faults.append(Fault(kind="no_run", expected="a run for each journal", found=f"journal {run.id}"))
            return
        if not raw.has_plan(run.plan_hash):
            expected = f"the text of plan {run.plan_hash}"
            found.faults.append(Fault(kind="plan_changed", run=run.run, expected=expected, found="none"))
        anchors = self.anchors.get(run.run, ())
        found.faults += self._forged(anchors)
        known = {one.seq: one.head for one in anchors if one.is_sealed(self.chain)}
        scan = ChainScan(run, self.chain, known)
        before = len(found.faults)
        appends = self._looked_at(raw, scan, run)
        differ, trouble = self._compared(raw, run, scan, appends)
        deque(appends, maxlen=0)
        scan.ends()
        found.runs, found.entries, found.more = found.runs + 1, found.entries + scan.seq, found.more + scan.more
        found.faults += scan.faults or differ
        if trouble is not None and len(found.faults) == before:
            found.faults.append(Fault(kind="unreadable", run=run.run, seq=scan.seq, expected="an entry", found=trouble))

    def _compared(
        self, raw: Raw, run: RawRun, scan: ChainScan, appends: Iterable[StoredAppend]
    ) -> tuple[list[Fault], str | None]:
        """Where the rows beside the journal differ; or why that cannot be told."""
        if self._beside is None:
            return [], None
        try:
            return self._beside.faults(run, _entries(raw, scan, appends)), None
        except _Broken:
            return [], None
        except Exception as error:  # noqa: BLE001 - what was tampered with may break anything that reads it
            return [], f"{type(error).__name__}: {error}"

    def _looked_at(self, raw: Raw, scan: ChainScan, run: RawRun) -> Iterator[StoredAppend]:
        for number, append in enumerate(scan.passing(raw.appends(run.id))):
            if scan.large:
                self.found.faults += _missing(raw, run.run, scan.large)
                scan.large.clear()
            if not number % _TOLD:
                self.said(self.found.entries + scan.seq, self._of)
            yield append

    def _forged(self, anchors: Iterable[Anchor]) -> Iterator[Fault]:
        for one in anchors:
            if not one.is_sealed(self.chain):
                found = f"{one.seal.hex()[:16]}…"
                yield Fault(
                    kind="anchor_forged", run=one.run, seq=one.seq, expected="a seal by a known key", found=found
                )

    def _gone(self, raw: Raw) -> Iterator[Fault]:
        """Anchors of runs that are not there any more."""
        for run, anchors in self.anchors.items():
            if raw.run(run) is None:
                seq = max(one.seq for one in anchors)
                yield Fault(kind="anchor_missing", run=run, seq=seq, expected=f"a run of {seq} entries", found="none")

    def _blobs(self, raw: Raw) -> Iterator[Fault]:
        for ref, content in raw.blobs():
            self.found.blobs += 1
            if not isinstance(content, bytes) or codec.address(content) != ref:
                what = f"large value {_hex(ref)}"
                yield Fault(kind="blob_changed", what=what, expected="what its name says", found="something else")


class _Broken(Exception):
    """A journal does not follow its chain: what it says is not believed."""


def _entries(raw: Raw, scan: ChainScan, appends: Iterable[StoredAppend]) -> Iterator[Entry]:
    """The entries of appends that follow their chain. Raises _Broken at the first that does not."""
    for append in appends:
        if scan.faults:
            raise _Broken
        version, body = readable(append.version, append.body)
        for seq, event in enumerate(codec.decode(body, raw.blob, version), start=append.seq):
            yield Entry(seq, append.at, event)


def _damage(raw: Raw) -> Iterator[Fault]:
    for line in raw.damage():
        yield Fault(kind="file", expected="a sound file", found=line)


def _plans(raw: Raw) -> Iterator[Fault]:
    for plan_hash, source in raw.plans():
        if source == PLAN_ERASED and not raw.needs_plan(plan_hash):
            continue
        if not isinstance(source, str) or hash_of(source) != plan_hash:
            what = f"plan {plan_hash}"
            yield Fault(kind="plan_changed", what=what, expected="the text that this is the hash of", found="another")


def _missing(raw: Raw, run: str, large: Iterable[tuple[int, bytes]]) -> Iterator[Fault]:
    for seq, ref in large:
        if not raw.has_blob(ref):
            expected = f"the large value {_hex(ref)}"
            yield Fault(kind="blob_missing", run=run, seq=seq, expected=expected, found="nothing of that name")


def _hex(ref: object) -> str:
    return f"{ref.hex()[:16]}…" if isinstance(ref, bytes) else repr(ref)


_TOLD: Final = 1000
"""Appends after which it is told how far it has come."""
