"""How frames begin and end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from holdfast.core.evolve.forgetting import forget_writes
from holdfast.core.evolve.resting import hand_over_pending, rest_on_pending
from holdfast.core.evolve.versions import let_go
from holdfast.core.evolve.waking import wake
from holdfast.core.failure import Failure
from holdfast.core.fixed import Fixed
from holdfast.core.keys import is_below, parent_of, revised, step_id
from holdfast.core.names import error_data
from holdfast.core.provenance import trace, trace_skipped
from holdfast.core.rounds import Rounds
from holdfast.core.scope import Result, Scope
from holdfast.core.state import Effect, Frame, RunState
from holdfast.core.work import CallWork, EachWork, FactWork, ParallelWork, RepeatWork
from holdfast.plan.program import Ask, Block, Call, Each, Handoff, Parallel, Repeat, Step, Switch, Undo, Wait

BY_HAND: Final = Undo(tool="", arguments=Fixed({}))
"""Of a write that only a person can undo, in a run whose facts may be corrected."""


def revision_of(state: RunState, address: str, args: object) -> int:
    """The revision of a write: one more than the last if that one was meant with other arguments, or was undone."""
    known = state.intents.get(address)
    if known is None:
        return 1
    return known[1] if known[0] == args else known[1] + 1


def locate(state: RunState, address: str, at: float) -> Frame:
    """The frame at an address; a step that has none yet begins with it."""
    frame = state.frames.get(address)
    if frame is not None:
        return frame
    above, _, name = address.rpartition("/")
    parent = state.frames[above]
    step = parent.work.step(name) if isinstance(parent.work, FactWork) else state.plan.steps[name]
    return begin_step(state, parent, step, address, at)


def begin_step(state: RunState, parent: Frame, step: Step, address: str, at: float) -> Frame:
    """A step begins below its parent."""
    frame = Frame(address, step, None, parent, parent.inner or parent.scope, at, parent.due)
    frame.keeps = parent.keeps or may_run_again(step)
    frame.control = parent.control | parent.labels
    if step.deadline is not None:
        _limit(state, frame, at + step.deadline)
    state.frames[address] = frame
    parent.children[address] = frame
    return frame


def begin_part(state: RunState, parent: Frame, address: str, body: Block, scope: Scope, at: float) -> Frame:
    """An iteration or a branch begins: a block without modifiers."""
    frame = Frame(address, None, body, parent, scope, at, parent.due)
    frame.keeps = parent.keeps
    frame.control = parent.control | parent.labels
    frame.begun = True
    state.frames[address] = frame
    parent.children[address] = frame
    if body.abort:
        watch(state, frame)
    return frame


def _limit(state: RunState, frame: Frame, due: float) -> None:
    frame.due, frame.limited = min(frame.due, due), True
    state.timers.set(f"deadline:{frame.address}", due)


def may_run_again(step: Step) -> bool:
    """Whether a step's parts may be run a second time, by its retry policy or by a person."""
    if isinstance(step.action, Call):
        return False
    again = step.retry is not None and step.retry.attempts > 1
    return again or any(trigger.on == "failure" for trigger in step.human)


def watch(state: RunState, frame: Frame) -> None:
    """Put a block's abort conditions on the watch list, with timers for those about elapsed time."""
    for number, rule in enumerate(frame.body.abort if frame.body is not None else ()):
        for root in {name.partition(".")[0] for name in rule.when.reads}:
            state.rules.setdefault(root, []).append((frame, rule))
        for position, constant in enumerate(rule.elapsed):
            # A millisecond later, so that `spent.elapsed > constant` holds when the timer fires.
            state.timers.set(f"abort:{number}.{position}:{frame.address}", state.started_at + constant + 0.001)


def _unwatch(state: RunState, frame: Frame) -> None:
    for number, rule in enumerate(frame.body.abort if frame.body is not None else ()):
        for root in {name.partition(".")[0] for name in rule.when.reads}:
            state.rules[root] = [pair for pair in state.rules[root] if pair[0] is not frame]
        for position in range(len(rule.elapsed)):
            state.timers.drop(f"abort:{number}.{position}:{frame.address}")


def enter_action(state: RunState, frame: Frame) -> None:
    """Lay out what a composite step works on, now that it has begun."""
    frame.begun, frame.doubted = True, False
    frame.output = None
    match frame.step and frame.step.action:
        case Block() as block:
            frame.body = block
            watch(state, frame)
        case Parallel() as parallel:
            outputs: dict[str, object] = {name: None for name, _ in parallel.branches}
            frame.work = ParallelWork(outputs)
            frame.output = frame.work.outputs
        case Repeat() as repeat:
            frame.work = RepeatWork(_rounds(frame, repeat.ids))
        case _:
            pass


def enter_each(frame: Frame, each: Each, items: tuple[object, ...], keys: tuple[str, ...]) -> None:
    """Lay out the iterations of a loop."""
    frame.work = EachWork(items, keys, [None] * len(items), _rounds(frame, each.ids))
    frame.output = frame.work.outputs


def enter_switch(state: RunState, frame: Frame, switch: Switch, case: int) -> None:
    """Take one case of a switch as the step's block."""
    frame.body = switch.cases[case][1]
    watch(state, frame)


def _rounds(frame: Frame, ids: frozenset[str]) -> list[Scope]:
    scopes: list[Scope] = []
    outside = frame.scope.home().results
    for id_ in ids:
        outside[id_] = Rounds(id_, scopes, frame.address)
    return scopes


def next_round(state: RunState, parent: Frame, address: str, at: float) -> Frame:
    """The next iteration of a loop begins, in a scope of its own."""
    work, action = parent.work, parent.step and parent.step.action
    scope: Scope
    if isinstance(work, EachWork) and isinstance(action, Each):
        names = {action.name: work.items[work.next], "index": work.next}
        scope = Scope(parent.scope, action.ids, names)
        work.next += 1
        body = action.body
    elif isinstance(work, RepeatWork) and isinstance(action, Repeat):
        scope = Scope(parent.scope, action.ids, {"index": work.rounds})
        work.rounds += 1
        work.paced = False
        body = action.body
    else:  # pragma: no cover - a broken law, not a case
        raise AssertionError(address)  # noqa: TRY004
    work.scopes.append(scope)
    return begin_part(state, parent, address, body, scope, at)


def forget_try(state: RunState, frame: Frame) -> None:
    """A composite step starts over: what its last try worked on is gone, what it wrote is kept elsewhere."""
    _unwatch(state, frame)
    frame.begun = False
    frame.cursor = 0
    frame.output = None
    frame.body = None
    frame.work = None


def drop_wait(state: RunState, frame: Frame) -> None:
    """A step waits for its timer no more."""
    if frame.timer:
        state.timers.drop(frame.timer)
        frame.timer = ""
    action = frame.step.action if state.waiting and frame.step is not None else None
    if isinstance(action, Wait) and action.event is not None:
        state.waiting.get(action.event, {}).pop(frame.address, None)


def close(state: RunState, frame: Frame) -> None:
    """A frame is over."""
    del state.frames[frame.address]
    if state.callbacks:
        state.callbacks.discard(frame.address)
    if frame.timer or state.waiting:
        drop_wait(state, frame)
    if frame.limited:
        state.timers.drop(f"deadline:{frame.address}")
    if frame.body is not None and frame.body.abort:
        _unwatch(state, frame)
    if frame.parent is not None:
        frame.parent.children.pop(frame.address, None)
    if isinstance(frame.work, CallWork):
        state.calls.pop(frame.work.call, None)
    if frame.awaiting:
        state.wanted[frame.awaiting].remove(frame)
    if state.taken_back and frame.stopping is None:
        let_go(state, frame.address)


def _record(state: RunState, frame: Frame, status: str, output: object, error: Failure | None) -> None:
    step = frame.step
    if step is None or frame.undoes:
        return
    work = frame.work
    confidence, partial = (work.confidence, work.partial) if isinstance(work, CallWork) else (None, None)
    data = None if error is None else error_data(error)
    result = Result(status, output, data, frame.attempt, frame.via, confidence, partial=partial)
    if state.tracked and (status != "failed" or frame.stopping is None):
        trace(state, frame, result)
    frame.scope.home().results[step.id] = result
    if state.pending:
        rest_on_pending(state, frame, result)
    _remember(state, frame, step, output if status == "succeeded" else error)


def _remember(state: RunState, frame: Frame, step: Step, outcome: object) -> None:
    """Keep what a write did: for undoing it, and for another try of an enclosing block."""
    work = frame.work
    wrote = isinstance(work, CallWork) and work.happened
    if wrote and (step.compensate is not None or state.by_hand):
        note_effect(state, frame)
    elif step.compensate is not None and not isinstance(outcome, Failure) and _made_it(frame, step):
        _remember_whole(state, frame, step.compensate, outcome)
    if not frame.keeps:
        return
    if isinstance(outcome, Failure):
        if wrote:
            state.stuck[frame.address] = outcome
    elif wrote or _is_an_answer(state, frame, step):
        state.kept[frame.address] = outcome
        state.doubted.pop(frame.address, None)
        if state.lineage is not None and isinstance(step.action, Ask) and frame.inputs is not None:
            state.questions[frame.address] = frame.inputs


def _made_it(frame: Frame, step: Step) -> bool:
    """Whether what a step that is no write gave is its own: not an alternative's, nor a person's in its place."""
    if frame.in_fallback or (frame.via == "person" and not isinstance(step.action, Ask | Handoff)):
        return False
    if isinstance(step.action, Call):
        return isinstance(frame.work, CallWork) and frame.work.contract.effect == "read"
    return True


def _remember_whole(state: RunState, frame: Frame, undo: Undo, outcome: object) -> None:
    """What is done is undone as a whole: a block after what is inside it, a question or a wait for what came of it."""
    revision = revision_of(state, frame.address, ())
    state.intents[frame.address] = ((), revision)  # once undone, doing it again is another thing to undo
    key = revised(state.own_key(frame.address), revision)
    args = frame.work.args if isinstance(frame.work, CallWork) else {}
    _can_be_undone(state, frame, undo, "", key, args, outcome)


def note_effect(state: RunState, frame: Frame) -> None:
    """A call's write took place: it can be undone from now on, once."""
    work, undo = frame.call, frame.step.compensate if frame.step is not None else None
    if undo is None and state.by_hand and not frame.undoes:
        undo = BY_HAND
    if work.happened and undo is not None and not work.noted:
        work.noted = True
        _can_be_undone(state, frame, undo, work.contract.name, work.key, work.args, work.output)


def _is_an_answer(state: RunState, frame: Frame, step: Step) -> bool:
    """Whether a step's output is not to be had again: a person's, the ledger's, or of an alternative that wrote."""
    if frame.in_fallback:
        return any(is_below(kept, frame.address) for kept in (*state.kept, *_wrote_below(state)))
    return isinstance(step.action, Ask) or frame.via in {"person", "reused"}


def _wrote_below(state: RunState) -> Iterator[str]:
    return (step for step, legacy in state.legacies.items() if legacy.kept)


def _can_be_undone(
    state: RunState, frame: Frame, undo: Undo, tool: str, key: str, args: Mapping[str, object], output: object
) -> None:
    revision = state.intents.get(frame.address, (None, 1))[1]
    effect = Effect(frame.address, tool, key, undo, args, output, frame.scope)
    state.effects[revised(frame.address, revision)] = effect


def conclude_well(state: RunState, frame: Frame, output: object) -> Frame | None:
    """A step, iteration or branch is done. Returns the frame that goes on."""
    close(state, frame)
    if frame.undoes:
        forget_writes(state, state.effects[frame.undoes].address)
        return _undone(state, frame)
    _record(state, frame, "succeeded", output, None)
    parent = frame.parent
    if parent is None:
        return state.root
    if frame.holds:
        hand_over_pending(state, frame.holds, parent)
    work = parent.work
    if frame.step is not None:
        parent.output = output
        if parent.in_fallback:
            parent.settled, parent.via = True, frame.step.id
        else:
            parent.cursor += 1
        return parent
    parent.passed |= frame.passed
    if isinstance(work, EachWork):
        work.outputs[_position(frame)] = output
        parent.cursor += 1
    elif isinstance(work, ParallelWork):
        work.outputs[step_id(frame.address)] = output
        work.succeeded += 1
    else:
        parent.output = output
        parent.cursor += 1
    return parent


def _position(frame: Frame) -> int:
    index = frame.scope.names["index"]
    assert isinstance(index, int)  # noqa: S101 - set by next_round
    return index


def conclude_badly(state: RunState, frame: Frame, error: Failure) -> Frame | list[Frame] | None:
    """A step, iteration or branch failed for good. Returns what goes on."""
    close(state, frame)
    if isinstance(frame.work, FactWork):
        return wake(state, frame.work.fact.name)  # stopped: whoever still wants it begins anew
    _record(state, frame, "failed", None, error)
    parent = frame.parent
    if parent is None:
        state.notes.append(f"cleanup failed: {error.code}: {error.message}")
        return state.root
    if frame.holds:
        hand_over_pending(state, frame.holds, parent)
    if isinstance(parent.work, ParallelWork) and frame.step is None:
        parent.work.failed += 1
        parent.work.error = parent.work.error or error
    elif _goes_on(parent, frame):
        parent.cursor += 1
        parent.output = None if frame.step is not None else parent.output
    else:
        parent.failure = parent.failure or error
    return parent


def _goes_on(parent: Frame, frame: Frame) -> bool:
    """Whether the failure of a part is only recorded: an optional step, or an item of a loop that continues."""
    if frame.step is not None:
        return frame.step.optional and not parent.in_fallback
    action = parent.step and parent.step.action
    return isinstance(action, Each) and action.on_failure == "continue"


def conclude_skipped(state: RunState, address: str, via: str = "", reads: tuple[str, ...] = ()) -> Frame:
    """A step is passed over; as an alternative, it counts as the one that was taken."""
    if (frame := state.frames.get(address)) is not None:
        close(state, frame)
    elif state.taken_back:
        let_go(state, address)
    parent = state.frames[parent_of(address)]
    scope = parent.inner or parent.scope
    result = Result("skipped", via=via)
    if state.tracked:
        trace_skipped(state, parent, scope, address, result, reads)
    scope.home().results[step_id(address)] = result
    parent.output = None
    if parent.in_fallback:
        parent.settled, parent.via = True, step_id(address)
    else:
        parent.cursor += 1
    return parent


def _undone(state: RunState, frame: Frame) -> Frame:
    owner = state.undoing.pop(frame.undoes)
    owner.undo.pop(0)
    state.effects.pop(frame.undoes, None)
    return owner


def undo_given_up(state: RunState, frame: Frame, *, undone: bool) -> Frame:
    """A person settled what a compensation could not. Returns the frame that goes on."""
    close(state, frame)
    if undone:
        forget_writes(state, state.effects[frame.undoes].address)
    return _undone(state, frame)
