"""A journal held against its author's laws, turn by turn: nothing is called and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from holdfast.core.evolve import evolve
from holdfast.core.interpreter import Interpreter
from holdfast.core.replay import NO_LINKS, Links, turns_of
from holdfast.plan.expressions import ExpressionSyntaxError, parse_expression
from holdfast.plan.program import Invariant
from holdfast.simulate.authors import Laws
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.core.events import Entry
    from holdfast.core.replay import Recorded
    from holdfast.plan.program import Plan


@pair
class Lapse:
    """A law that did not hold in a run, when that was seen first: its name, behind which entry, and why."""

    name: str
    seq: int
    said: str


def lapses(plan: Plan, entries: Sequence[Entry], links: Links = NO_LINKS) -> list[Lapse]:
    """The invariants of a plan that do not hold in a journal, each as it was seen first.

    Args:
        plan: compiled; its own, or another under which the run decides the same.
        entries: the journal from its first entry on.
        links: see `holdfast.core.replay.replay`.
    """
    if not plan.invariants:
        return []
    found: dict[str, Lapse] = {}
    for lapse in _lapses(plan, entries, links):
        found.setdefault(lapse.name, lapse)
    return list(found.values())


def unfulfilled(plan: Plan, entries: Sequence[Entry], conditions: Sequence[str]) -> list[str]:
    """Those of some conditions, which read what invariants read, that do not hold at the end of a journal, and why."""
    found: list[str] = []
    laws: list[Invariant] = []
    for number, source in enumerate(conditions):
        try:
            laws.append(Invariant(name=str(number), holds=parse_expression(source), moment="at_end"))
        except ExpressionSyntaxError as error:
            found.append(f"that: `{source}` is no expression: {error.message}")
    if not laws:
        return found
    mind, follower = _retold(plan, entries)
    return found + [f"that: {said}" for law in laws if (said := follower.at_end(mind, law, entries[-1].at))]


def _retold(plan: Plan, entries: Sequence[Entry]) -> tuple[Interpreter, Laws]:
    """A run as it stands at the end of its journal, with its effects."""
    mind, follower = Interpreter(plan), Laws(())
    for turn in turns_of(entries):
        follower.effects.follow(mind.observe(turn.observed.event, turn.observed.at), turn.observed.at)  # type: ignore[arg-type]
    return mind, follower


def _lapses(plan: Plan, entries: Sequence[Entry], links: Links) -> Iterator[Lapse]:
    mind, laws = Interpreter(plan), Laws(plan.invariants)
    for turn in turns_of(entries, links):
        if turn.cut:
            for entry in (turn.observed, *turn.decided):
                evolve(mind.state, entry.event, entry.at)
            continue
        observed = turn.observed
        decided = mind.observe(observed.event, observed.at)  # type: ignore[arg-type]
        last = _last(turn)
        if list(decided.events[1:]) != [entry.event for entry in turn.decided]:
            return  # from here on it is another run
        for breach in laws.follow(mind, (decided,), observed.at):
            yield Lapse(breach.law.name, last, breach.said)


def _last(turn: Recorded) -> int:
    return turn.decided[-1].seq if turn.decided else turn.observed.seq
