"""What was asked of the requester and what was answered, as one conversation: derived from the journal alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from holdfast.core.events import Entry, ReviewAnswered, ReviewRequested, ReviewSettled
from holdfast.core.wording import because
from holdfast.values import value


@value
class Turn:
    """Something that was said. `kind`: question, answer, or closed (nobody answered it, and why).

    `by`: who; empty for the run itself and where nobody said. `value`: what was answered.
    """

    at: float
    review: str
    address: str
    kind: str
    text: str = ""
    by: str = ""
    value: object = None
    options: Sequence[Mapping[str, object]] = ()


def conversation(entries: Iterable[Entry]) -> list[Turn]:
    """Questions put to the requester and their answers, in the order in which they were said.

    What was not answered is closed with its reason: time ran out, or nobody needed to know any more.
    """
    asked: dict[str, str] = {}
    answered: set[str] = set()
    turns: list[Turn] = []
    for entry in entries:
        event, at = entry.event, entry.at
        if isinstance(event, ReviewRequested) and _is_question(event):
            asked[event.review.id] = event.review.address
            turns.append(_question(event, at))
        elif isinstance(event, ReviewAnswered) and event.review in asked and event.review not in answered:
            answered.add(event.review)
            turns.append(_answer(event, asked[event.review], at))
        elif isinstance(event, ReviewSettled) and event.review in asked and event.review not in answered:
            text = because(event.outcome, event.why)
            turns.append(Turn(at=at, review=event.review, address=asked[event.review], kind="closed", text=text))
    return turns


def _is_question(event: ReviewRequested) -> bool:
    return event.review.to == "requester" and not event.review.trigger_on


def _question(event: ReviewRequested, at: float) -> Turn:
    review = event.review
    return Turn(
        at=at,
        review=review.id,
        address=review.address,
        kind="question",
        text=review.question,
        options=review.options or (),
    )


def _answer(event: ReviewAnswered, address: str, at: float) -> Turn:
    return Turn(
        at=at, review=event.review, address=address, kind="answer", text=event.reason, by=event.by, value=event.value
    )
