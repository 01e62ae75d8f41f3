"""Approvals before a call: which are needed, and who is asked (2-plan-language 7, 11-hard-cases 8-11)."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Final

from holdfast.core.decide.reviews import DECISIONS, about_call, asked, due_in, open_review, options_for
from holdfast.core.decide.turn import Deciding
from holdfast.core.events import NO_REASON, QueueFull, ReviewDeferred
from holdfast.core.failure import Failure
from holdfast.core.guarding import GuardNames
from holdfast.core.state import Frame
from holdfast.core.work import CallWork
from holdfast.plan.program import Names, Trigger
from holdfast.values import pair

_PAUSE: Final = 1.0
"""Seconds at least until a step looks again whether a queue has room."""

_STRICTEST: Final = ("abort", "reject", "fallback", "escalate", "approve")


@pair
class _Need:
    """An approval that a call still needs. `mark`: what it is kept under; `rule`: of the policy, else empty.

    A mark that is a text without a rule is that of a guard, which came down from a run above.
    """

    mark: int | str
    trigger: Trigger
    reason: str
    rule: str = ""


def guard(
    d: Deciding, parent: Frame, frame: Frame | None, call: CallWork, address: str, human: tuple[Trigger, ...]
) -> bool:
    """Ask for every approval that the call still needs, by the plan or by the installation. True if it has to wait.

    `frame` is None, or has no work, while the call has begun nothing; then its arguments are put on record first.
    """
    needed = _needs(d, parent, frame, call, address, human)
    if not needed:
        return False
    frame = d.state.frames.get(address)
    if frame is None or frame.work is None:
        d.render(call, address)
    groups = _groups(needed)
    if any(_full(d, group[0].trigger.to, "reject") for group in groups):
        _refuse(d, address, groups)
        return True
    for group in groups:
        if (full := _full(d, group[0].trigger.to, "park")) is not None:
            d.emit(ReviewDeferred(address=address, due=max(full.free_at, d.at + _PAUSE), why=_numbers(full)))
        else:
            _ask(d, call, address, group)
    return True


def _needs(
    d: Deciding, parent: Frame, frame: Frame | None, call: CallWork, address: str, human: tuple[Trigger, ...]
) -> list[_Need]:
    """What a call still needs, by the plan, by those above and by the policy."""
    spared = frame.spared if frame is not None else ()
    about = about_call(d, parent, call, address)
    names = d.aside((frame or parent).inner or (frame or parent).scope, about)
    needed: list[_Need] = []
    for number, trigger in enumerate(human):
        if trigger.on == "before" and _concerns(trigger, call) and not _approved(d, call, number):
            reason = None if number in spared else asked(d, names, trigger, address, number)
            if reason is not None:
                needed.append(_Need(number, trigger, reason))
    for rule in d.state.standing:
        if (rule.name or rule.mark) in spared or _approved(d, call, rule.mark):
            continue
        if rule.name:
            shed = _full(d, rule.trigger.to, "shed") if rule.sheddable else None
            reason = asked(d, names, rule.trigger, address, rule.name, shed)
            if reason is not None:
                needed.append(_Need(rule.mark, rule.trigger, reason, rule.name))
        elif _concerns(rule.trigger, call) and not (frame is not None and frame.undoes):
            reason = asked(d, GuardNames(about, d.at), rule.trigger, address, rule.mark)
            if reason is not None:
                needed.append(_Need(rule.mark, rule.trigger, reason))
    return needed


def _full(d: Deciding, queue: str, over: str) -> QueueFull | None:
    """What was said at this instant of a queue that is full, if this is what its policy wants then."""
    said, at = d.state.full.get(queue, (None, 0.0))
    limit = d.state.limits.get(queue)
    return said if limit is not None and limit.over == over and at == d.at else None


def _numbers(full: QueueFull) -> dict[str, object]:
    return {
        "code": "capacity", "queue": full.queue, "opened": full.opened, "capacity": full.capacity, "seconds": full.per,
    }  # fmt: skip


def _refuse(d: Deciding, address: str, groups: Sequence[Sequence[_Need]]) -> None:
    """The policy would rather have a call rejected than put to a queue that is full."""
    full = next(full for group in groups if (full := _full(d, group[0].trigger.to, "reject")) is not None)
    message = f"the queue `{full.queue}` is full: {full.opened} reviews in {full.per:g} s, {full.capacity} at most"
    d.fail(address, Failure(code="rejected", message=message, happened=False, details=_numbers(full)))


def _concerns(trigger: Trigger, call: CallWork) -> bool:
    return not trigger.inherited or call.contract.effect == "write"


def _approved(d: Deciding, call: CallWork, mark: int | str) -> bool:
    digest, until = call.approved.get(mark, ("", -inf))
    return digest == call.digest and until >= d.at


def _groups(needed: Sequence[_Need]) -> list[list[_Need]]:
    """One review where queue, kind and escalation agree; a choice or an answer stands alone."""
    groups: dict[object, list[_Need]] = {}
    for need in needed:
        trigger = need.trigger
        alone = None if trigger.decision == "approve" else need.mark
        groups.setdefault((trigger.to, trigger.decision, trigger.escalate, alone), []).append(need)
    return list(groups.values())


def _ask(d: Deciding, call: CallWork, address: str, group: Sequence[_Need]) -> None:
    triggers = [need.trigger for need in group]
    first = triggers[0]
    limit = d.state.limits.get(first.to)
    beyond = _full(d, first.to, "shed")
    timeouts = [trigger.timeout for trigger in triggers if trigger.timeout is not None]
    open_review(
        d,
        address,
        first.decision,
        DECISIONS[first.decision],
        to=first.to,
        question=f"May {call.contract.name} be called?",
        reason="; ".join(need.reason for need in group),
        options=options_for(_option_names(d, d.state.frames[address], group[0]), first),
        schema=first.schema,
        tool=call.contract.name,
        args=call.args,
        digest=call.digest,
        due=due_in(d, min(timeouts, default=None)),
        on_timeout=min((trigger.on_timeout for trigger in triggers), key=_STRICTEST.index),
        escalate=first.escalate,
        triggers=tuple(need.mark for need in group if isinstance(need.mark, int)),
        rules=tuple(need.rule for need in group if need.rule),
        guards=tuple(need.mark for need in group if isinstance(need.mark, str) and not need.rule),
        policy=d.state.policy if any(need.rule for need in group) else "",
        trigger_on="before",
        approvals=max(trigger.approvals for trigger in triggers),
        approved_by=_partly(call, group),
        excluded=_excluded(d, call, triggers),
        limit=() if limit is None or beyond is not None else (limit.reviews, limit.per),
        why=NO_REASON if beyond is None else _numbers(beyond),
    )


def _option_names(d: Deciding, frame: Frame, need: _Need) -> Names:
    about = {"args": frame.call.args}
    return d.aside(frame.inner or frame.scope, about) if isinstance(need.mark, int) else GuardNames(about, d.at)


def _partly(call: CallWork, group: Sequence[_Need]) -> tuple[str, ...]:
    """Who has approved exactly these arguments already, for all of these reasons: by giving them."""
    given = [call.partly.get(need.mark, ("", ())) for need in group]
    if any(digest != call.digest for digest, _ in given):
        return ()
    return tuple(by for by in given[0][1] if all(by in people for _, people in given))


def _excluded(d: Deciding, call: CallWork, triggers: Sequence[Trigger]) -> tuple[str, ...]:
    """Who started the run decides neither about payments nor where the plan says so (11-hard-cases 10).

    A question that is put to the requester by name is theirs.
    """
    payment = bool(call.contract.amount) and triggers[0].to != "requester"
    return (d.state.user,) if payment or any(trigger.separate for trigger in triggers) else ()
