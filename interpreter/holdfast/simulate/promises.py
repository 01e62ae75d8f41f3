"""Results that come later: what the other side has taken on, and how it may give its result, or not.

Whoever takes a write on has made its effect at once, or makes it with the result. The second may come about after the
call was made anew under its key, so it is only invented for tools that promise that this does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from holdfast.core.events import CallbackIssued, CallCompleted, CallDeferred
from holdfast.core.evolve.deferring import awaited
from holdfast.core.failure import Failure, default_happened
from holdfast.simulate.contracts import may_be_late

if TYPE_CHECKING:
    from holdfast.simulate.moves import Move
    from holdfast.simulate.scene import Promise, Scene


def deferred(call: int) -> tuple[CallbackIssued, CallDeferred]:
    """What a run hears of a call that gives its result later: its token, then that it does."""
    return CallbackIssued(call=call, digest=f"token {call}"), CallDeferred(call=call)


def ways(world: Scene) -> Iterator[Move]:
    """How each result may come, the usual way first."""
    for number, promise in world.promises.items():
        if not is_open(world, promise):
            if may_come(world, promise) and promise.action.write:
                yield "complete", number, "too late"
            continue
        if may_come(world, promise):
            yield "complete", number, "given"
            yield "complete", number, "given twice"
        if not is_made(world, promise):
            yield "complete", number, "refused"
        yield "complete", number, "in doubt"
        yield "complete", number, "lost"


def is_open(world: Scene, promise: Promise) -> bool:
    """Whether the run still wants the result."""
    state, action = world.mind.state, promise.action
    return action.address in state.callbacks and awaited(state, action.address, action.key) is not None


def is_made(world: Scene, promise: Promise) -> bool:
    """Whether the effect has taken place already."""
    action = promise.action
    return action.write and (action.tool, action.key) in world.counterpart.done


def may_come(world: Scene, promise: Promise) -> bool:
    """Whether there may be a result: of a read, of an effect that is made, or of one that may be made at any time."""
    return not promise.action.write or is_made(world, promise) or may_be_late(promise.contract)


def told(promise: Promise, how: str) -> str:
    """What becomes of a result, for the timeline."""
    said = {"lost": "is lost on its way", "too late": "comes too late"}.get(how, f"is {how}")
    return f"the result of `{promise.action.tool}` that was to come later {said}"


def result(world: Scene, promise: Promise, how: str, value: object) -> CallCompleted | None:
    """What the run hears of a result; None: nothing."""
    action = promise.action
    if how in {"lost", "too late"}:
        return None
    if how != "in doubt":
        world.doubtful.discard((action.tool, action.key))
    if how in {"refused", "in doubt"}:
        code = "failed_precondition" if how == "refused" else "unavailable"
        error = Failure(code=code, message="invented", happened=default_happened(code))
        return CallCompleted(address=action.address, key=action.key, error=error, by="op")
    return CallCompleted(address=action.address, key=action.key, value=value, by="op")
