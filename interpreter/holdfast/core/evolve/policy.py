"""How the policy of the installation changes a run."""

from __future__ import annotations

from holdfast.core.events import CallWithheld, PolicyInForce, QueueFull, ReviewDeferred, ReviewSampledOut
from holdfast.core.evolve.calls import arm, concluded, not_made
from holdfast.core.evolve.frames import locate
from holdfast.core.state import Frame, RunState


def policy_in_force(state: RunState, event: PolicyInForce, _at: float) -> None:
    state.policy = event.policy
    rules = tuple(rule.standing() for rule in event.rules)
    state.standing = tuple(guard for guard in state.guards if guard.trigger.on == "before") + rules
    state.limits = {limit.queue: limit for limit in event.limits}
    state.policies[event.policy] = {rule.name: rule for rule in rules}


def queue_full(state: RunState, event: QueueFull, at: float) -> None:
    state.full[event.queue] = (event, at)


def review_deferred(state: RunState, event: ReviewDeferred, _at: float) -> None:
    frame = state.frames[event.address]
    frame.call.state = "waiting"
    arm(state, frame, "room", event.due)


def review_sampled_out(state: RunState, event: ReviewSampledOut, at: float) -> None:
    frame = locate(state, event.address, at)
    frame.spared = (*frame.spared, event.rule if event.trigger is None else event.trigger)


def call_withheld(state: RunState, event: CallWithheld, _at: float) -> Frame | None:
    """The call was not made, so it is as if it had not been intended."""
    frame = concluded(state, event.call, "in_flight")
    if frame is None:
        return None
    state.spent.calls -= 1
    not_made(state, frame)
    return frame
