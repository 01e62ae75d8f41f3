"""Re-deciding a journal: its observations go in again, every decision that comes out is compared with the recorded one.

Nothing is called and nothing is written: the observations already hold what tools and people said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, get_args

from holdfast.core.events import (
    Claim,
    Entry,
    Event,
    Observation,
    PlanMigrated,
    PolicyInForce,
    QueueFull,
    RunForked,
    RunRequested,
    StoreRestored,
    SubjectHeld,
)
from holdfast.core.evolve import evolve
from holdfast.core.interpreter import Interpreter
from holdfast.plan.program import Plan
from holdfast.values import pair

OBSERVATIONS: Final = frozenset(get_args(Observation))
_CLAIMS: Final = frozenset({*get_args(Claim), PolicyInForce, QueueFull, StoreRestored, SubjectHeld})


Links = Mapping[str, Mapping[str, str]]
"""For plans that run others, by hash: the hash of each, by the name as it is written."""

NO_LINKS: Final[Links] = {}


@pair
class Recorded:
    """An observation, and what was decided from it.

    `cut`: a fork took the history up to somewhere in here: what was decided behind that is the other run's.
    """

    observed: Entry
    decided: list[Entry]
    cut: bool = False


@pair
class Divergence:
    """Where a replay first decides otherwise.

    Args:
        seq: of the entry that differs.
        recorded: what the journal has there; None: nothing, it decided less.
        decided: what is decided now; None: nothing.
    """

    seq: int
    recorded: Event | None
    decided: Event | None


@pair
class Replay:
    """How far a replay came.

    Args:
        interpreter: as it stands after the last turn that was replayed.
        turns: how many observations went in.
        divergence: the first one; None: every decision agrees.
    """

    interpreter: Interpreter
    turns: int
    divergence: Divergence | None


def replay(plan: Plan, entries: Sequence[Entry], links: Links = NO_LINKS) -> Replay:
    """Decide a run again.

    Args:
        plan: compiled; the one the run is pinned to, or another to see where it would have decided otherwise.
        entries: the run's journal from its first entry on.
        links: where the plan is another one that runs others: the hash of each, as a request has it.

    Returns:
        the first divergence, if there is one; the replay ends there.
    """
    interpreter, turns = Interpreter(plan), 0
    for turn in turns_of(entries, links):
        turns += 1
        divergence = decide_again(interpreter, turn)
        if divergence is not None:
            return Replay(interpreter, turns, divergence)
    return Replay(interpreter, turns, None)


def decide_again(interpreter: Interpreter, turn: Recorded) -> Divergence | None:
    """Let an interpreter observe what it observed then, and compare what it decides."""
    if turn.cut:
        for entry in (turn.observed, *turn.decided):
            evolve(interpreter.state, entry.event, entry.at)
        return None
    observed, recorded = turn.observed, turn.decided
    decided = interpreter.observe(observed.event, observed.at)  # type: ignore[arg-type]
    return _first_difference(decided.events[1:], recorded, observed.seq)


def _first_difference(decided: Sequence[Event], recorded: Sequence[Entry], after: int) -> Divergence | None:
    for number in range(max(len(decided), len(recorded))):
        new = decided[number] if number < len(decided) else None
        old = recorded[number].event if number < len(recorded) else None
        if new != old:
            return Divergence(recorded[number].seq if old else after + 1 + number, old, new)
    return None


def turns_of(entries: Sequence[Entry], links: Links = NO_LINKS) -> Iterator[Recorded]:
    """Each observation with what was decided from it, in the order in which the interpreter came to know them."""
    entries, cut = _knowing(entries, links), _cut(entries)
    observed: Entry | None = None
    recorded: list[Entry] = []
    for entry in _as_observed(entries):
        if type(entry.event) not in OBSERVATIONS:
            recorded.append(entry)
            continue
        if observed is not None:
            yield Recorded(observed, recorded, observed.seq in cut)
        observed, recorded = entry, []
    if observed is not None:
        yield Recorded(observed, recorded)


def _cut(entries: Sequence[Entry]) -> set[int]:
    """The observations behind which a fork goes on from the history of another run."""
    cut, last = set[int](), 0
    for entry in entries:
        if type(entry.event) is RunForked:
            cut.add(last)
        if type(entry.event) in OBSERVATIONS:
            last = entry.seq
    return cut


def _knowing(entries: Sequence[Entry], links: Links) -> Sequence[Entry]:
    """The journal of a run that has moved to another version of its plan: that one's family was not in the request."""
    for entry in entries:
        if isinstance(entry.event, PlanMigrated):
            links = {**links, **entry.event.plans}
    if not links:
        return entries
    first = entries[0]
    assert isinstance(first.event, RunRequested)  # noqa: S101 - a journal begins so
    request = replace(first.event, plans={**first.event.plans, **links})
    return [Entry(first.seq, first.at, request), *entries[1:]]


def _as_observed(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries in the order in which the interpreter came to know them.

    The request is entry 1 before anything is decided from it, and a fork is recorded in the same way. Where the ledger
    refused the first calls, those refusals stand behind it, as does the policy in force, and were known then.
    """
    known = list(entries)
    for place, entry in enumerate(entries):
        if place == 0 or type(entry.event) is RunForked:
            behind = place + 1
            while behind < len(entries) and type(entries[behind].event) in _CLAIMS:
                behind += 1
            known[place:behind] = [*entries[place + 1 : behind], entry]
    return known
