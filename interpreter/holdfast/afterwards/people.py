"""What people were asked and what they said, and how facts became known, as sentences."""

from __future__ import annotations

from typing import Final

from holdfast.afterwards.chronicle import Chronicle
from holdfast.afterwards.phrases import SHORT, after, failed_with, pairs, sentence
from holdfast.afterwards.reason import Reason
from holdfast.core import events as e
from holdfast.core.keys import child, fact_address
from holdfast.core.review import Review
from holdfast.core.wording import brief, why

_SAID: Final = {
    "approve": "approved it", "reject": "rejected it", "edit": "changed it", "choose": "chose", "answer": "answered",
    "retry": "had it tried again", "output": "gave its output", "fallback": "took the fallback",
    "abort": "ended the run", "happened": "said that it had taken place", "fail": "let it fail",
    "done": "had undone it by hand", "leave": "left it as it is", "continue": "let the run go on", "close": "closed it",
}  # fmt: skip


def review_of(chronicle: Chronicle, review: str) -> Review:
    """What a person was asked."""
    event = chronicle.reviews[review][0].event
    assert isinstance(event, e.ReviewRequested)  # noqa: S101 - the first that is said of it
    return event.review


def asked(review: Review) -> str:
    """Who was asked what, and why."""
    reason = brief(review.reason, 160).removeprefix("because ").removesuffix(".")
    question = brief(review.question, 160)
    because = f', because "{reason}"' if reason and reason not in question else ""
    args = f" ({pairs(review.args)})" if review.args else ""
    return f'{review.to} was asked "{question}"{args}{because}'


def exchange(chronicle: Chronicle, entry: e.Entry) -> Reason:
    """What was asked, and what came of it."""
    assert isinstance(entry.event, e.ReviewRequested)  # noqa: S101 - called for those
    review = entry.event.review
    said = [answer for answer in chronicle.answers.get(review.id, ()) if isinstance(answer.event, e.ReviewAnswered)]
    answers = tuple(_answer(entry, answer) for answer in said)
    closed = Chronicle.last(chronicle.reviews[review.id], e.ReviewSettled)
    if closed is not None and (not said or closed.outcome in _SILENCE):
        settled = chronicle.reviews[review.id][-1]
        answers = (*answers, Reason(sentence(_closed(closed)), settled))
    return Reason(sentence(asked(review)), entry, answers)


_SILENCE: Final = {"expired", "withdrawn", "escalated"}


def _answer(entry: e.Entry, answer: e.Entry) -> Reason:
    event = answer.event
    assert isinstance(event, e.ReviewAnswered)  # noqa: S101 - they are selected so
    value = "" if event.value is None else f" {'to ' if event.decision == 'edit' else ''}{_value(event.value)}"
    because = f', saying "{brief(event.reason, 160)}"' if event.reason else ""
    by = event.by or "a person"
    source = f" ({event.source})" if event.source else ""
    return Reason(
        sentence(
            f"{by} {_SAID.get(event.decision, event.decision)}{value}{after(answer.at - entry.at)}{because}{source}"
        ),
        answer,
    )


def _value(value: object) -> str:
    return pairs(value) if isinstance(value, dict) and len(value) < 4 else brief(value, SHORT)  # noqa: PLR2004 - short


def _closed(event: e.ReviewSettled) -> str:
    if event.outcome == "expired":
        then = event.why.get("then")
        return f"nobody answered in time{f': then {then}' if then else ''}"
    if event.outcome == "escalated":
        return f"nobody answered in time, so others were asked ({why(event.why).rpartition('then: ')[2]})"
    return f"nobody had to answer any more, because {why(event.why)}"


def open_question(chronicle: Chronicle, review: str) -> Reason:
    """What it waits for a person to decide."""
    told = review_of(chronicle, review)
    question = f'it waits for {told.to} to decide {told.id}: "{brief(told.question, 160)}"'
    return Reason(sentence(question), chronicle.reviews[review][0])


def of_fact(chronicle: Chronicle, name: str, event: e.Event, *, now: bool = True) -> str:
    """`airport`: JFK, as a person answered; `now`: it still is."""
    which = f"`{name}`, which {'is' if now else 'then was'}"
    match event:
        case e.FactResolved(value=value, how=how, confidence=confidence) as resolved:
            return f"{which} {brief(value, SHORT)}: {_how(chronicle, name, how, confidence, resolved.why)}"
        case e.FactMissing(error=error):
            return f"`{name}`, which could not be had: {failed_with(error)}"
        case e.FactsCorrected(values=values, by=by):
            return f"{which} {brief(values[name], SHORT)}: {by or 'somebody'} corrected it"
        case e.FactsSet(values=values, address=address):
            return f"{which} {brief(values[name], SHORT)}: `{address}` set it"
        case _:
            return f"`{name}`"


def _how(chronicle: Chronicle, name: str, how: str, confidence: float | None, reason: e.Why) -> str:
    if how == "given":
        return f"it came with the request by {chronicle.request.user}"
    if how == "default":
        return "nobody answered in time, so its default was taken"
    if how == "infer":
        sure = f" with confidence {confidence:g}" if confidence is not None else ""
        because = why(reason)
        return f"it was guessed ({because})" if because else f"it was guessed{sure}"
    by = next(
        (
            answer.event.by
            for review in chronicle.asked_about(child(fact_address(name), "ask"))
            for answer in chronicle.answers.get(review, ())
            if isinstance(answer.event, e.ReviewAnswered)
        ),
        "",
    )
    because = why(reason)
    return f"{by or 'a person'} said so when asked{f' ({because})' if because else ''}"
