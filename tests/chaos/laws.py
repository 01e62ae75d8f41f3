"""What holds in every world of the real engine: the laws of `holdfast.simulate`, and those of stores and engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from holdfast.core.actions import Change, EffectMarked
from holdfast.core.events import (
    Entry,
    ReviewAnswered,
    ReviewSettled,
    SignalReceived,
    TimerFired,
)
from holdfast.core.interpreter import Interpreter
from holdfast.core.replay import replay, turns_of
from holdfast.engine.engine import FINAL
from holdfast.journal.ledger import UNSETTLED
from holdfast.journal.store import EffectRow, PendingRow, ReviewRow, RunRow
from holdfast.plan.program import Plan
from holdfast.simulate.ledger import Ledger

if TYPE_CHECKING:
    from holdfast.registry import Context, Tool
    from tests.chaos.process import Process
    from tests.chaos.world import World

LAWS = {
    "journaled": "no effect is begun before its intent is committed",
    "once": "no effect takes place twice, and none that must not be repeated is, unless a person says so",
    "ends": "every run ends",
    "kept": "nothing that was acknowledged is lost, and nothing is heard twice or that nobody said",
    "owner": "a run has one living owner",
    "whole": "the journal is unbroken, and every table is what the journal says",
    "replay": "a replay decides the same",
    "subject": "a subject is held by one pending operation",
    "total": "nothing happens that Holdfast has no answer to",
}
"""The laws by name."""


class Broken(Exception):
    """A law does not hold. `law`: its name; `said`: what is wrong."""

    def __init__(self, law: str, said: str) -> None:
        super().__init__(f"{law}: {said}")
        self.law, self.said = law, said


# --- while it goes on -------------------------------------------------------------------------------------------------


def begins(world: World, process: Process, tool: Tool, ctx: Context) -> None:
    """A request for an effect is about to be sent."""
    name, key = tool.name, ctx.idempotency_key
    state = world.truth.effect(name, key)
    if state is None:
        world.break_law("journaled", f"{process.name} begins {name} at {ctx.step}, and no intent is committed: {key}")
    elif world.books.owner.get(ctx.run) is process and state not in UNSETTLED:
        world.break_law("journaled", f"{process.name} begins {name} at {ctx.step}, which is {state} already")
    if tool.contract.idempotency in {"none", "check"}:
        if (name, key) in world.doubtful:
            world.break_law("once", f"{name} at {ctx.step} is begun again, and nobody ruled it out")
        world.doubtful.add((name, key))


def happened(world: World, tool: Tool, ctx: Context) -> None:
    """An effect has taken place."""
    effect = (tool.name, ctx.idempotency_key)
    if world.counterpart.effects[effect] > 1:
        world.break_law("once", f"{tool.name} took place twice under {ctx.idempotency_key}")
    if ctx.step == "tell" and world.counterpart.effects[effect] == 1:
        holder = world.truth.holder("lead:7")
        if holder not in {ctx.run, world.told_of.get(ctx.run)}:
            world.break_law("subject", f"{ctx.run} acts on a subject that {holder or 'nobody'} holds")


# --- at the end -------------------------------------------------------------------------------------------------------


def judge(world: World, runs: Sequence[RunRow], journals: Mapping[str, Sequence[Entry]], tables: Tables) -> None:
    """Everything that has to be true when all is over. Raises Broken."""
    for row in runs:
        _ended(row)
        plan = world.plan_of(row.plan_hash)
        _whole(row, plan, journals[row.run], tables)
        _heard_once(row, journals[row.run])
        _in_order(row, journals[row.run])
    _ledger_folds(world, runs, journals, tables)
    _kept(world, journals)
    _said(world, journals)
    _answers_kept(world, journals, tables)
    _ledger_is_true(world, tables)
    _one_effect_each(world, tables)


class Tables:
    """What lies beside the journals."""

    def __init__(
        self, effects: Sequence[EffectRow], reviews: Sequence[ReviewRow], pending: Sequence[PendingRow]
    ) -> None:
        self.effects = {(row.tool, row.key): row for row in effects}
        self.reviews = {row.review.id: row for row in reviews}
        self.pending = pending


def _ended(row: RunRow) -> None:
    if row.status not in FINAL:
        raise Broken("ends", f"{row.run} is {row.status}, waits for {list(row.waiting)}, due {row.wake_at}")


def _whole(row: RunRow, plan: Plan, entries: Sequence[Entry], tables: Tables) -> None:
    found = replay(plan, entries)
    if found.divergence is not None:
        raise Broken("replay", f"{row.run} at entry {found.divergence}")
    summary = Interpreter.restore(plan, entries).summary()
    if (row.status, row.wake_at, row.result) != (summary.status, summary.wake_at, _plain(summary.result)):
        raise Broken("whole", f"the row of {row.run} is not what its journal says: {row} {summary}")
    if row.owner:
        raise Broken("whole", f"{row.run} is over, and {row.owner} has it")
    if len(entries) != row.last_seq:
        raise Broken("whole", f"{row.run} has {len(entries)} entries, its row says {row.last_seq}")
    lingering = [one for one in tables.pending if one.run == row.run and one.state != "held"]
    if lingering:
        raise Broken("whole", f"{row.run} is over, and has pending {lingering}")
    open_reviews = [one for one in tables.reviews.values() if one.run == row.run and one.state == "open"]
    if open_reviews:
        raise Broken("whole", f"{row.run} is over, and asks {[one.review.id for one in open_reviews]}")


def _ledger_folds(
    world: World, runs: Sequence[RunRow], journals: Mapping[str, Sequence[Entry]], tables: Tables
) -> None:
    """The ledger is what the journals say; what a parent says of its children's effects it says last."""
    ledgers, later = dict[str, Ledger](), list[tuple[EffectMarked, float]]()
    for row in runs:
        ledgers[row.run] = Ledger()
        for change, at in changes_of(world.plan_of(row.plan_hash), journals[row.run]):
            if isinstance(change, EffectMarked) and change.run:
                later.append((change, at))
            else:
                ledgers[row.run].take(change, row.run, at)
    for mark, at in sorted(later, key=lambda one: one[1]):
        ledgers[mark.run].take(mark, mark.run, at)
    for run, ledger in ledgers.items():
        for effect, folded in ledger.rows.items():
            held = tables.effects.get(effect)
            if held is None:
                raise Broken("whole", f"the ledger does not know {effect}, which the journal of {run} has")
            if held.run == run and (held.state, held.value) != (folded.state, folded.value):
                raise Broken("whole", f"the ledger says that {effect} is {held.state}, the journal says {folded.state}")


def _plain(result: Mapping[str, object] | None) -> Any:
    import json

    return None if result is None else json.loads(json.dumps(result))


def changes_of(plan: Plan, entries: Sequence[Entry]) -> list[tuple[Change, float]]:
    """All changes that a journal means for the tables beside it."""
    interpreter, found = Interpreter(plan), list[tuple[Change, float]]()
    for turn in turns_of(entries):
        decided = interpreter.observe(turn.observed.event, turn.observed.at)  # type: ignore[arg-type]
        found += [(change, turn.observed.at) for change in decided.changes]
    return found


def _heard_once(row: RunRow, entries: Sequence[Entry]) -> None:
    answers = Counter((one.event.review, one.event.by) for one in entries if isinstance(one.event, ReviewAnswered))
    signals = Counter(tag_of(one.event) for one in entries if isinstance(one.event, SignalReceived))
    signals.pop(0, None)
    twice = [what for counted in (answers, signals) for what, times in counted.items() if times > 1]
    if twice:
        raise Broken("kept", f"{row.run} heard {twice} twice")


def tag_of(event: SignalReceived) -> int:
    """Which signal of the world it is; 0: none."""
    return event.payload.get("tag", 0) if isinstance(event.payload, dict) else 0


def _in_order(row: RunRow, entries: Sequence[Entry]) -> None:
    times = [entry.at for entry in entries]
    if times != sorted(times):
        raise Broken("whole", f"time goes backwards in the journal of {row.run}")
    fired = [entry for entry in entries if isinstance(entry.event, TimerFired)]
    if len(fired) > 2_000:
        raise Broken("ends", f"timers of {row.run} fired {len(fired)} times")


def _kept(world: World, journals: Mapping[str, Sequence[Entry]]) -> None:
    for run, after, events in world.books.appends:
        if run not in journals:
            raise Broken("kept", f"run {run} was acknowledged and is gone")
        stands = [entry.event for entry in journals[run][after : after + len(events)]]
        if stands != events:
            raise Broken("kept", f"an acknowledged append of {run} after entry {after} is not there: {events} {stands}")


def _said(world: World, journals: Mapping[str, Sequence[Entry]]) -> None:
    """What runs heard was committed before."""
    if world.memory is not None:
        return
    events = [entry.event for entries in journals.values() for entry in entries]
    said = b"".join(world.books.came)
    for event in events:
        if isinstance(event, SignalReceived) and tag_of(event) and f'{{"tag":{tag_of(event)}}}'.encode() not in said:
            raise Broken("kept", f"a run heard the signal {tag_of(event)}, which was never committed")


def _answers_kept(world: World, journals: Mapping[str, Sequence[Entry]], tables: Tables) -> None:
    for review, said in world.books.answers.items():
        row = tables.reviews.get(review)
        if row is None:
            raise Broken("kept", f"review {review} was answered and is gone")
        heard = [one.event for one in journals[row.run] if isinstance(one.event, ReviewAnswered)]
        taken = [(one.decision, one.value, one.by) for one in heard if one.review == review]
        settled = [one.event for one in journals[row.run] if isinstance(one.event, ReviewSettled)]
        outcomes = [one.outcome for one in settled if one.review == review]
        if not any(one in taken for one in said) and any(outcome in {"expired", "default"} for outcome in outcomes):
            raise Broken("kept", f"review {review} was answered {said} and closed as {outcomes}")


def _ledger_is_true(world: World, tables: Tables) -> None:
    for (tool, key), row in tables.effects.items():
        took_place = world.counterpart.effects[tool, key] > 0
        if row.state in UNSETTLED:
            raise Broken("once", f"all is over, and whether {tool} at {row.address} took place was never settled")
        if row.state in {"succeeded", "compensated"} and not took_place:
            raise Broken("once", f"the ledger says that {tool} at {row.address} took place, and it did not: {key}")
        if row.state == "failed" and took_place and (tool, key) not in world.lost:
            raise Broken("once", f"the ledger says that {tool} at {row.address} did not take place, and it did: {key}")
    for (tool, key), count in world.counterpart.effects.items():
        if count and (tool, key) not in tables.effects and (tool, key) not in world.lost:
            raise Broken("journaled", f"{tool} took place under {key}, and the ledger does not know it")


def _one_effect_each(world: World, tables: Tables) -> None:
    stood: dict[tuple[str, str], str] = {}
    for effect, done in world.counterpart.done.items():
        row = tables.effects.get(effect)
        if row is None or row.state == "compensated" or "#" in effect[1] or effect in world.lost:
            continue
        place = (row.run, done.address)
        if place in stood:
            raise Broken("once", f"{effect[0]} at {place} took effect under two keys: {stood[place]}, {effect[1]}")
        stood[place] = effect[1]
