"""Which steps a correction reaches, by what they really read (2-plan-language 10, 11-hard-cases 21)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from holdfast.core.keys import parent_of
from holdfast.core.memo import Change
from holdfast.core.state import Frame, RunState


@dataclass(slots=True, eq=False)
class Affected:
    """What rests on something: steps by address, those around them, and facts by name."""

    steps: dict[str, None] = field(default_factory=dict)
    around: set[str] = field(default_factory=set)
    facts: dict[str, None] = field(default_factory=dict)

    def holds(self, address: str) -> bool:
        """Whether the step itself, or something in it, is affected."""
        return address in self.steps or address in self.around


def affected(state: RunState, facts: Iterable[str], steps: Iterable[str] = ()) -> Affected:
    """Everything that rests on these facts and steps, directly or through others.

    Costs time in proportion to what the run has done, times the longest chain of dependence: corrections are rare.
    """
    found = Affected()
    for address in steps:
        _add(found, address)
    sources = {source_of(state, name) for name in facts}
    readers, past = _readers(state), state.past
    grown = True
    while grown:
        grown = False
        for address, reads in readers.items():
            if address not in found.steps and (_rests(found, sources, reads) or _inside(found, address)):
                _add(found, address)
                grown = True
        for name, reads in state.fact_reads.items():
            if name not in found.facts and _rests(found, sources, reads):
                found.facts[name] = None
                sources.add(source_of(state, name))
                grown = True
        for change in past:
            grown = _older(found, sources, change) or grown
    return found


def _older(found: Affected, sources: set[str], change: Change) -> bool:
    """Whether a version that is not the present one turns out to rest on something that is affected."""
    before = len(sources)
    if found.holds(change.address):
        sources.add(change.made)
    if _rests(found, sources, change.before.reads):
        sources.add(change.found)
    return len(sources) > before


def source_of(state: RunState, fact: str) -> str:
    """A fact's present version, as those that read it know it."""
    return f"facts.{fact}@{state.versions.get(fact, 1)}"


def _readers(state: RunState) -> dict[str, Mapping[str, None]]:
    readers: dict[str, Mapping[str, None]] = {address: memo.reads for address, memo in state.memos.items()}
    for address, frame in state.frames.items():
        if not frame.undoes and address:
            readers[address] = {**readers.get(address, {}), **(frame.reads or {})}
    return readers


def _add(found: Affected, address: str) -> None:
    found.steps[address] = None
    while address:
        address = parent_of(address)
        if address in found.around:
            return
        found.around.add(address)


def _rests(found: Affected, sources: set[str], reads: Mapping[str, None]) -> bool:
    return any(read in sources or found.holds(read) for read in reads)


def _inside(found: Affected, address: str) -> bool:
    """Whether a step around this one is itself affected: what is around a step decides whether and how it runs."""
    while address:
        address = parent_of(address)
        if address in found.steps:
            return True
    return False


def smallest_block(state: RunState, addresses: Iterable[str]) -> Frame:
    """The innermost active block that holds all of these steps and can be walked again."""
    common: list[Frame] | None = None
    for address in addresses:
        chain = _blocks_around(state, address)
        common = chain if common is None else [frame for frame in common if frame in chain]
    return common[0] if common else state.frames[""]


def _blocks_around(state: RunState, address: str) -> list[Frame]:
    """The active blocks around a step, the innermost first."""
    frame: Frame | None = state.frames.get(address)
    if frame is not None and address:
        frame = frame.parent
    while frame is None:
        address = parent_of(address)
        frame = state.frames.get(address)
    chain: list[Frame] = []
    while frame is not None:
        if frame.stopping is not None or not frame.begun:
            chain.clear()
        elif frame.body is not None and not frame.undo:
            chain.append(frame)
        frame = frame.parent
    return chain
