"""Corrections: a fact was wrong, and what rests on it is walked again (2-plan-language 10, 11-hard-cases 21).

What is in flight stops and is settled; then the smallest block that holds all affected steps is walked again from the
first of them. A step that is not affected keeps its result without being looked at; one whose inputs come out as they
were keeps it too (early cut-off). Where a write's inputs have changed, it and the writes that rest on it are undone in
reverse order before it is made anew, under the next revision of its key.
"""

from __future__ import annotations

from typing import Final

from holdfast.core.affected import Affected, affected, smallest_block
from holdfast.core.decide.answers import withdraw
from holdfast.core.decide.sources import source_of
from holdfast.core.decide.turn import Deciding, condition
from holdfast.core.events import FactsCorrected, StepKept, StepsInvalidated, StepsRewound, UndoStarted, Why
from holdfast.core.keys import child, is_below, step_id
from holdfast.core.memo import Memo
from holdfast.core.provenance import HUMAN
from holdfast.core.reasons import corrected
from holdfast.core.review import options_of
from holdfast.core.state import Frame
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import Ask, Call, SetFacts, Step, SubPlan, Wait

_MISSING: Final = object()
_ALL: Final = ("", "before", "failure", "after", "budget", "unusable")


def take(d: Deciding) -> None:
    """Take up the corrections that have come in."""
    while d.state.corrections:
        values, by = d.state.corrections[0]
        _correct(d, values, by)


def _correct(d: Deciding, values: dict[str, object], by: str) -> None:
    state = d.state
    said = {} if state.ending is not None else {name: new for name, new in values.items() if _tells(d, name, new)}
    changed = [name for name, new in said.items() if state.facts.get(name, _MISSING) != new]
    reached = affected(state, changed) if changed else Affected()
    dropped = tuple(name for name in reached.facts if name not in said and _derived(d, name))
    d.emit(FactsCorrected(values=said, dropped=dropped, by=by))
    if reached.steps:
        _invalidate(d, reached, corrected({name: said[name] for name in changed}, by))


def _tells(d: Deciding, name: str, new: object) -> bool:
    """Whether it is news: of a fact that there is, and not what a person has said already."""
    state = d.state
    if name not in state.plan.corrigible:
        return False
    by_hand = name in state.facts and not state.fact_reads.get(name) and state.fact_labels.get(name) == HUMAN
    return not by_hand or state.facts[name] != new


def _derived(d: Deciding, name: str) -> bool:
    """Whether a fact was resolved from others; what a step set is set again when that step is done again."""
    return any(source.startswith("facts.") for source in d.state.fact_reads.get(name, ()))


def _invalidate(d: Deciding, reached: Affected, why: Why) -> None:
    state = d.state
    block = smallest_block(state, reached.steps)
    steps = dict(reached.steps)
    again = _first(block, reached)
    if block.in_fallback and again >= 0 and block.step is not None:
        tops = [child(block.address, alternative.id) for alternative in block.step.fallback]
        steps |= {address: None for address in state.memos if any(is_below(address, top) for top in tops)}
    withdraw(d, block, *_ALL, why=why)
    d.emit(StepsInvalidated(address=block.address, steps=tuple(steps), position=again, why=why))


def _first(block: Frame, reached: Affected) -> int:
    """The position of the first affected step of a block; -1: only an alternative to the block's steps is."""
    steps = block.body.steps if block.body is not None else ()
    for number, step in enumerate(steps[: block.cursor + 1]):
        if reached.holds(child(block.address, step.id)):
            return number
    return -1 if block.in_fallback else block.cursor


def go_on(d: Deciding, block: Frame) -> None:
    """Nothing of the block is active any more: it begins again where the correction reaches it."""
    if not block.children:
        d.emit(StepsRewound(address=block.address))


def sweep(d: Deciding, root: Frame) -> bool:
    """Undo what the corrected run never came to again: items that vanished, cases not taken. False: there is none."""
    gone = [address for address in d.state.invalid if address in d.state.memos or _is_a_plan(d, address)]
    return bool(gone) and _undo(d, root, gone)


def _is_a_plan(d: Deciding, address: str) -> bool:
    """Whether it is a plan step: one that was stopped has no result, and its child may have done something."""
    step = d.state.plan.steps.get(step_id(address))
    return step is not None and isinstance(step.action, SubPlan)


def leave(d: Deciding, parent: Frame, step: Step, address: str) -> bool:
    """Undo what a stopped child did whose step is passed over now. False: there is nothing."""
    return d.state.redoing and isinstance(step.action, SubPlan) and undo_children(d, parent, address)


def undo_children(d: Deciding, parent: Frame, address: str) -> bool:
    """Undo what the children of a step did, which were given something that was wrong. False: nothing of it stands."""
    return _undo(d, parent, [address])


def keep(d: Deciding, parent: Frame, step: Step, address: str, memo: Memo) -> bool:
    """Whether a step that was done before the correction needs nothing now: it is kept, or its effects are undone."""
    state = d.state
    home = (parent.inner or parent.scope).home().results
    below = [one for one in state.invalid if is_below(one, address)]
    if not below and (step.id in home or not _composite(step, memo)):
        d.emit(StepKept(address=address))
        return True
    if _composite(step, memo):
        return _stays_out(d, parent, step, address, memo)
    if memo.result.status not in {"succeeded", "skipped"}:
        return _undo(d, parent, below)
    try:
        same = _same(d, parent, step, address, memo)
    except ExpressionError:
        same = False
    if same:
        d.emit(StepKept(address=address, why={"code": "unchanged"}))
        return True
    return _undo(d, parent, [address, *below])


def _composite(step: Step, memo: Memo) -> bool:
    """Whether a step's parts are looked at one by one: a block, or a step that an alternative stood in for."""
    alone = isinstance(step.action, Call | Ask | SetFacts | SubPlan | Wait)
    return not alone or any(alternative.id == memo.result.via for alternative in step.fallback)


def _stays_out(d: Deciding, parent: Frame, step: Step, address: str, memo: Memo) -> bool:
    """Whether a block is left out as it was; one that is left out now, and was not, is undone."""
    if step.when is None:
        return False
    held = condition(step.when, d.names(parent.inner or parent.scope, {"address": address}))
    if held is True or isinstance(held, ExpressionError):
        return False
    if memo.result.status == "skipped":
        d.emit(StepKept(address=address, why={"code": "unchanged"}))
        return True
    return _undo(d, parent, [one for one in d.state.memos if is_below(one, address)])


def _same(d: Deciding, parent: Frame, step: Step, address: str, memo: Memo) -> bool:
    """Whether a step's condition and inputs come out as they were. Raises ExpressionError."""
    names = d.names(parent.inner or parent.scope, {"address": address})
    runs = step.when is None or bool(step.when.evaluate(names))
    if not runs or memo.result.status == "skipped":
        return not runs and memo.result.status == "skipped"
    match step.action:
        case SubPlan(source=source, arguments=arguments) if source is not None:
            return (source_of(source, names), arguments.render(names)) == memo.inputs
        case Call() | SubPlan():
            return step.action.arguments.render(names) == memo.inputs
        case SetFacts():
            return step.action.values.render(names) == memo.inputs
        case Ask() as ask:
            options = None if ask.options is None else ask.options.render(names)
            shown = options_of(options) if isinstance(options, list) else None
            context = None if ask.context is None else ask.context.render(names)
            return memo.inputs == (str(ask.question.render(names)), shown, context)
        case action:
            return isinstance(action, Wait) and action.until is None  # a time that has passed stays passed


def _undo(d: Deciding, parent: Frame, addresses: list[str]) -> bool:
    """Undo the effects of steps that are not to stand, and of those that rest on them, the last one first."""
    state = d.state
    if not any(is_below(effect.address, one) for effect in state.effects.values() for one in addresses):
        return False
    reached = affected(state, (), [*addresses, *state.redone])
    own = {one for one in reached.steps if one in state.invalid or one in addresses}
    effects = [
        name
        for name, effect in state.effects.items()
        if any(is_below(effect.address, one) for one in addresses) or _around(effect.address, own)
    ]
    effects.reverse()
    d.emit(UndoStarted(address=parent.address, effects=tuple(effects), why={"code": "correction"}))
    return True


def _around(address: str, steps: set[str]) -> bool:
    """Whether it is a block that is undone as a whole, with one of these in it."""
    return any(is_below(one, address) for one in steps)
