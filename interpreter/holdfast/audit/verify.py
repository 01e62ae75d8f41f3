"""The whole of a store against what was written to it: journals, seals, large values, plans, lists beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from holdfast.audit.anchors import Anchor
from holdfast.audit.chain import ChainScan
from holdfast.audit.fault import Fault
from holdfast.journal import codec
from holdfast.journal.digest import Chain, StoredAppend
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
    """

    chain: Chain
    anchors: Mapping[str, Sequence[Anchor]] = field(default_factory=dict[str, Sequence[Anchor]])
    said: Said = lambda _entries, _of: None
    _of: int = 0
    found: Verified = field(default_factory=Verified)

    def store(self, raw: Raw) -> Verified:
        """All of a store."""
        self._of = raw.count()
        self.found.faults += _damage(raw)
        for run in raw.runs():
            self.run(raw, run)
        self.found.faults += self._blobs(raw)
        self.found.faults += _plans(raw)
        self.found.faults += self._gone(raw)
        return self.found

    def some(self, raw: Raw, runs: Iterable[str]) -> Verified:
        """Only these runs, by their whole ids."""
        found = [run for name in runs if (run := raw.run(name)) is not None]
        self._of = sum(run.last_seq for run in found)
        for run in found:
            self.run(raw, run)
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
        for number, _ in enumerate(self._looked_at(raw, scan, run)):
            if not number % _TOLD:
                self.said(found.entries + scan.seq, self._of)
        scan.ends()
        found.runs, found.entries = found.runs + 1, found.entries + scan.seq
        found.faults += scan.faults
        found.more += scan.more

    def _looked_at(self, raw: Raw, scan: ChainScan, run: RawRun) -> Iterator[StoredAppend]:
        for append in scan.passing(raw.appends(run.id)):
            if scan.large:
                self.found.faults += _missing(raw, run.run, scan.large)
                scan.large.clear()
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


def _damage(raw: Raw) -> Iterator[Fault]:
    for line in raw.damage():
        yield Fault(kind="file", expected="a sound file", found=line)


def _plans(raw: Raw) -> Iterator[Fault]:
    for plan_hash, source in raw.plans():
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
