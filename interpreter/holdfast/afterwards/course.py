"""What happened to one step, in order: calls with their outcomes, retries, questions, effects in doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from holdfast.afterwards import people
from holdfast.afterwards.chronicle import Chronicle
from holdfast.afterwards.phrases import SHORT, after, failed_with, pairs, sentence
from holdfast.afterwards.reason import Reason
from holdfast.core import events as e
from holdfast.core.explain import explain
from holdfast.core.keys import step_id
from holdfast.core.wording import brief, seconds, why
from holdfast.plan.program import Call

_OUTCOMES: Final = (e.CallReturned, e.CallFailed)


def course_of(chronicle: Chronicle, address: str, entries: Sequence[e.Entry]) -> Iterator[Reason]:
    """One reason for each thing that happened; a call and its outcome are one."""
    begun: e.Entry | None = None
    for entry in entries:
        event = entry.event
        if isinstance(event, e.CallIntended | e.CheckIntended):
            if begun is not None:
                yield Reason(sentence(f"{_call(begun)}, and how that ended was never heard"), begun)
            begun = entry
        elif begun is not None and isinstance(event, (*_OUTCOMES, e.CallReconciled, e.CheckFailed)):
            yield Reason(sentence(f"{_call(begun)}, {_came(begun, entry)}"), entry)
            begun = None
        elif isinstance(event, e.ReviewRequested):
            yield people.exchange(chronicle, entry)
        elif (told := _TOLD.get(type(event))) is not None and (text := told(chronicle, address, event)):
            yield Reason(sentence(text), entry)
    if begun is not None:
        yield Reason(sentence(f"{_call(begun)}, and has not come back"), begun)


def _call(entry: e.Entry) -> str:
    event = entry.event
    if isinstance(event, e.CheckIntended):
        reason = why(event.why)
        return f"its tool was asked whether the effect had taken place{f', because {reason}' if reason else ''}"
    assert isinstance(event, e.CallIntended)  # noqa: S101 - of the two kinds
    args = f" with {pairs(event.args)}" if event.args else ""
    again = f" once more (attempt {event.attempt})" if event.attempt > 1 else ""
    code = event.why.get("code")
    because = ""
    if code == "settle":
        because = ", under the same key, which settles whether the effect had taken place"
    elif code:
        because = f", because {why(event.why)}"
    return f"`{event.tool}` was called{again}{args}{because}"


def _came(begun: e.Entry, entry: e.Entry) -> str:
    took = after(entry.at - begun.at)
    match entry.event:
        case e.CallReturned(value=value, confidence=confidence, reasoning=reasoning):
            gave = f" {brief(value, SHORT)}" if value is not None else ""
            sure = f" with confidence {confidence:g}" if confidence is not None else ""
            said = f' ("{brief(reasoning, SHORT)}")' if reasoning else ""
            return f"and returned{gave}{sure}{took}{said}"
        case e.CallFailed(error=error):
            return f"and failed{took} with {failed_with(error)}"
        case e.CallReconciled(found=found, value=value):
            gave = f": it had given {brief(value, SHORT)}" if value is not None else ""
            return f"and it had{gave}" if found else "and it had not"
        case _:
            return "and that failed too"


def _retried(_chronicle: Chronicle, _address: str, event: e.RetryPlanned) -> str:
    delay, of, error = (event.why.get(name) for name in ("delay", "of", "error"))
    wait = f" {seconds(delay)} later" if isinstance(delay, int | float) else ""
    may = f", because `{error}` may pass" if error else ""
    return f"it was to be tried again{wait}{may}{f' ({of} tries at most)' if of else ''}"


def _fallback(chronicle: Chronicle, address: str, event: e.FallbackTaken) -> str:
    step = chronicle.plan.steps.get(step_id(address)) if address else chronicle.plan.root
    one = step.fallback[event.alternative] if step is not None and event.alternative < len(step.fallback) else None
    name = f" `{one.id}`" if one is not None else ""
    condition = f", whose condition `{brief(getattr(one.when, 'source', ''), SHORT)}` held" if one and one.when else ""
    return f"so its fallback{name} was tried{condition}"


def _failed(chronicle: Chronicle, address: str, event: e.StepFailed) -> str:
    """Why it was not tried again."""
    step = chronicle.plan.steps.get(step_id(address))
    if step is None or not isinstance(step.action, Call) or event.error.code == "cancelled":
        return ""
    retry = step.retry
    if retry is None or retry.attempts <= 1:
        return "it has no retries" + ("" if step.fallback else " and no fallback")
    tries = sum(isinstance(entry.event, e.CallIntended) for entry in chronicle.steps[address])
    used = f"all {tries} tries were used up" if tries >= retry.attempts else _permanent(event)
    return used + ("" if step.fallback else ", and it has no fallback")


def _permanent(event: e.StepFailed) -> str:
    return f"it was not tried again, because `{event.error.code}` does not pass by itself"


def _told(_chronicle: Chronicle, _address: str, event: e.Event) -> str:
    return explain(event)


def _try_failed(chronicle: Chronicle, address: str, event: e.TryFailed) -> str:
    final = chronicle.last(chronicle.steps[address], e.StepFailed)
    if final is not None and (final.error.code, final.error.message) == (event.error.code, event.error.message):
        return ""
    return f"it failed with {failed_with(event.error)}"


def _child(_chronicle: Chronicle, _address: str, event: e.ChildIntended) -> str:
    inputs = f" with {pairs(event.inputs)}" if event.inputs else ""
    return (
        f"it ran the plan {event.plan} as {event.child}{inputs}: `holdfast show {event.child} --why` tells about that"
    )


def _entered(_chronicle: Chronicle, _address: str, event: e.StepEntered) -> str:
    if event.items is not None:
        return f"it went through {len(event.items)} items"
    return "" if event.case is None else f"its case {event.case + 1} was the first that held"


def _cancelled(_chronicle: Chronicle, _address: str, event: e.CancelDecided) -> str:
    return f"it was stopped: {brief(event.error.message, 160)}"


def _ruled_out(_chronicle: Chronicle, _address: str, event: e.EffectRuledOut) -> str:
    return f"so it is known that the effect did not take place, because {why(event.why)}"


_TOLD: Final[dict[type[e.Event], Callable[..., str]]] = {
    e.RetryPlanned: _retried,
    e.FallbackTaken: _fallback,
    e.StepFailed: _failed,
    e.TryFailed: _try_failed,
    e.ChildIntended: _child,
    e.StepEntered: _entered,
    e.CancelDecided: _cancelled,
    e.EffectRuledOut: _ruled_out,
    **dict.fromkeys(
        (
            e.CallReused, e.ClaimDeferred, e.SettlingPlanned, e.CallDeferred, e.CallCompleted,
            e.CompletionMissed, e.PendingOpened, e.PendingAwaited, e.PendingSettled, e.ReviewSampledOut,
            e.ReviewDeferred, e.CallWithheld, e.ChildFinished, e.FactsSet,
        ),
        _told,
    ),
}  # fmt: skip
"""Kinds of events with what is said of them; the others are told with their neighbours."""
