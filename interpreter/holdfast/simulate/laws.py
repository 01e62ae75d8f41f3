"""What has to be true in every world, whatever happens in it (8-replay-and-simulation).

1. No effect takes place twice under one key, and none that must not be repeated is, without a person's decision.
2. Every run ends, or is parked with a stated way out, in bounded calls.
3. What is pending is settled; what an undone run did is undone, each effect once.
4. Budgets and deadlines hold, and no approval serves for other arguments than it was given for.
5. A replay of the journal agrees, and the state that was lived equals the state that is folded.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from holdfast.core.actions import CallTool
from holdfast.core.events import EndDecided, PendingOpened, StepsInvalidated, UndoSettled
from holdfast.core.interpreter import Interpreter
from holdfast.core.keys import CLEANUP, UNDO, bare_id, call_digest
from holdfast.core.pending import PENDING
from holdfast.core.replay import decide_again, turns_of
from holdfast.journal.ledger import UNSETTLED
from holdfast.simulate.folded import difference

if TYPE_CHECKING:
    from holdfast.core.actions import Turn
    from holdfast.core.events import Observation
    from holdfast.simulate.scene import Scene

LAWS: Final = {
    "once": "no effect takes place twice",
    "ends": "every run ends, or waits for something that it names",
    "undone": "what is undone is undone once, and completely",
    "limits": "budgets, deadlines and approvals hold",
    "replay": "a replay agrees, and the state lived is the state folded",
    "total": "the interpreter has a decision for everything that happens",
}
"""The laws by name."""


_WAKING: Final = frozenset({"review", "event", "run"})
"""What somebody else will see to, however long it takes; what may never come has a time of its own."""


class Broken(Exception):
    """A law does not hold. `law`: its name; `said`: what is wrong, in one sentence."""

    def __init__(self, law: str, said: str) -> None:
        super().__init__(said)
        self.law, self.said = law, said


def may_begin(world: Scene, action: CallTool) -> None:
    """Before a call reaches its tool. Raises Broken."""
    if action.write:
        _may_repeat(world, action)
        _is_allowed(world, action)
    if action.approved is not None:
        _is_approved(world, action, action.approved)
    _is_in_time(world, action)


def _may_repeat(world: Scene, action: CallTool) -> None:
    contract = world.contracts[action.tool]
    if contract.idempotency in {"none", "check"} and (action.tool, action.key) in world.doubtful:
        unasked = "nobody decided so" if contract.idempotency == "none" else "its `check` did not rule it out"
        raise Broken("once", f"`{action.tool}` at {action.address} is called again, and {unasked}")


def _is_allowed(world: Scene, action: CallTool) -> None:
    """A step that always asks first is called after a person has said so, and with what that person has said."""
    step = world.cast.plan.steps.get(bare_id(action.address))
    first = UNDO not in action.address and action.attempt == 1 and (action.tool, action.key) not in world.doubtful
    for number, one in enumerate(step.human if step is not None and first else ()):
        until = world.allowed.get((action.address, number), -inf)
        if one.on == "before" and one.when is None and one.sample is None and until < world.now:
            why = "nobody has approved it" if until == -inf else "its approval has run out"
            raise Broken("limits", f"`{action.tool}` at {action.address} is called, and {why}")
    if action.address in world.edited and action.args != world.edited[action.address]:
        raise Broken("limits", f"`{action.tool}` at {action.address} is called with other arguments than a person gave")


def _is_approved(world: Scene, action: CallTool, approved: tuple[str, float]) -> None:
    digest, until = approved
    contract = world.contracts[action.tool]
    if call_digest(contract.name, contract.version, action.key, action.args) != digest:
        raise Broken("limits", f"`{action.tool}` at {action.address} is called with other arguments than were approved")
    if world.now > until:
        raise Broken("limits", f"`{action.tool}` at {action.address} is called after its approval ran out")


def _is_in_time(world: Scene, action: CallTool) -> None:
    due = world.cast.plan.root.deadline
    effect = (action.tool, action.key)
    aside = any(mark in action.address for mark in (UNDO, CLEANUP, PENDING))
    aside |= effect in world.doubtful or effect in world.by_hand  # it is being settled, or a person wants it
    if due is not None and not aside and not world.was_paused and world.now > world.began + due:
        raise Broken("limits", f"`{action.tool}` at {action.address} is called after the deadline of the plan")


def took_effect(world: Scene, tool: str, key: str) -> None:
    """After a request took effect. Raises Broken."""
    if world.counterpart.effects[tool, key] > 1 and (tool, key) not in world.contradicted:
        raise Broken("once", f"the effect of `{tool}` under the key {key} took place twice")


def is_alone(world: Scene, action: CallTool) -> None:
    """After an effect took place for the first time: nobody else has one about the same subject open. Raises Broken."""
    subject, effect = world.about[action.address], (action.tool, action.key)
    row, (other, until) = world.ledger.holder(subject), world.ledger.standing.get(subject, (world.run, inf))
    if effect in world.by_hand:
        return
    what = f"`{action.tool}` at {action.address} takes effect about `{subject}`"
    if row is None or row.run != world.run:
        raise Broken("once", f"{what}, which {'nobody' if row is None else f'run {row.run}'} holds")
    if other != world.run and until > world.now:
        raise Broken("once", f"{what}, and so did run {other}, whose effect is not confirmed yet")
    world.ledger.standing[subject] = world.run, inf


def recovered(world: Scene, restored: Interpreter) -> None:
    """When another worker has folded the journal of one that lived. Raises Broken."""
    where = difference(world.mind.state, restored.state)
    if where is not None:
        raise Broken(
            "replay", f"the state that is folded from the journal is not the one that was lived: `{where[1:]}`"
        )


def folds(world: Scene) -> None:
    """At the end: whoever lived, from the beginning or from a journal, knows what a fold of the journal knows."""
    recovered(world, Interpreter.restore(world.cast.plan, world.entries))


def ended(world: Scene) -> None:
    """When nothing is left to be done. Raises Broken."""
    state = world.mind.state
    if not state.finished:
        if not any(item["for"] in _WAKING or item.get("due") is not None for item in world.mind.summary().waiting):
            raise Broken("ends", "the run stands still, and nothing will wake it")
        return
    _ledger_is_true(world)
    _one_effect_each(world)
    _undone(world)
    _in_budget(world)
    if state.pending:
        raise Broken("undone", f"the run is over and still has pending: {', '.join(state.pending)}")
    if world.confirming:
        _watched(world)


def _watched(world: Scene) -> None:
    """What a tool said has to be confirmed was watched."""
    opened = {entry.event.address for entry in world.entries if isinstance(entry.event, PendingOpened)}
    for address in sorted(world.confirming - opened):
        raise Broken("undone", f"the tool said what confirms the effect of {address}, and nobody looked for it")


def replays(world: Scene, since: int = 0) -> Interpreter:
    """A replay of the journal so far. Raises Broken.

    Args:
        world: whose journal it is.
        since: so many entries are those of a world that was replayed: they are folded, and the rest is decided again.
    """
    again = Interpreter.restore(world.cast.plan, world.entries[:since])
    for turn in turns_of(world.entries):
        if turn.observed.seq <= since:
            continue
        divergence = decide_again(again, turn)
        if divergence is not None:
            raise Broken("replay", f"a replay decides otherwise at entry {divergence.seq}")
    return again


def decides_again(again: Interpreter, observation: Observation, turn: Turn, world: Scene) -> None:
    """A replay that goes along with a run takes in what it did. Raises Broken."""
    if list(again.observe(observation, world.now).events) != list(turn.events):
        raise Broken("replay", f"a replay decides otherwise on {type(observation).__name__}")


def _ledger_is_true(world: Scene) -> None:
    for (tool, key), row in world.ledger.rows.items():
        if row.run != world.run:
            continue
        held, address = row.state, row.address
        took_place = world.counterpart.effects[tool, key] > 0
        if (tool, key) in world.contradicted:
            continue  # a person said otherwise, and people may be wrong
        if held in UNSETTLED:
            raise Broken("once", f"the run is over, and whether `{tool}` at {address} took place was never settled")
        if held in {"succeeded", "compensated"} and not took_place:
            raise Broken("once", f"the ledger says that `{tool}` at {address} took place, and it did not")
        if held == "failed" and took_place:
            raise Broken("once", f"the ledger says that `{tool}` at {address} did not take place, and it did")


def _one_effect_each(world: Scene) -> None:
    """A step's effect stands once, under whatever keys; what a correction made anew is another one."""
    if any(isinstance(entry.event, StepsInvalidated) for entry in world.entries):
        return
    stood: dict[str, str] = {}
    for (tool, key), done in world.counterpart.done.items():
        held = world.ledger.rows.get((tool, key))
        if held is not None and (held.run != world.run or held.state in {"compensated", "unusable"}):
            continue
        if done.address in stood:
            raise Broken("once", f"`{tool}` at {done.address} took effect under two keys: {stood[done.address]}, {key}")
        stood[done.address] = key


def _undone(world: Scene) -> None:
    """What an undone run did is undone, unless a person said of it that it was by hand, or stays."""
    ends = [entry.event for entry in world.entries if isinstance(entry.event, EndDecided)]
    if not ends or not ends[-1].undo:
        return
    settled = [entry.event.address for entry in world.entries if isinstance(entry.event, UndoSettled)]
    given_up = [address.rpartition(UNDO)[0].partition("#") for address in settled]
    for row in world.ledger.rows.values():
        stands = row.run == world.run and row.state == "succeeded" and world.undoable(row.address)
        if stands and not any(row.address == one and row.key.endswith(mark + number) for one, mark, number in given_up):
            raise Broken("undone", f"the run was undone, and `{row.tool}` at {row.address} still stands: {row.key}")


def _in_budget(world: Scene) -> None:
    limit, state = world.cast.plan.budget.calls, world.mind.state
    if limit is not None and world.primary_calls > limit * state.budget_times:
        raise Broken("limits", f"{world.primary_calls} calls were made, the budget allows {limit}")
