"""What a run waits for, in words, and the commands that let it go on."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast.cli.people.reply import QUESTIONS, question
from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import plain
from holdfast.core.review import Review

if TYPE_CHECKING:
    from holdfast.journal.store import ReviewRow

_TIMERS = {
    "room": "room in the queue",
    "retry": "the next try",
    "deadline": "a deadline",
    "settle": "another look",
    "wait": "the time",
    "claim": "another effect",
}

_MORE = {
    "edit": " --args JSON",
    "output": " --value JSON",
    "close": " --value JSON",
    "happened": " --value JSON",
    "reject": " --reason TEXT",
}

Waiting = Sequence[Mapping[str, object]]


NOT_CARRIED_OUT = "running, but no process carries it out"
"""Of a run that its store has as running, but whose process is gone, or has not come yet."""


def waiting_text(waiting: Waiting, now: float, answered: Mapping[str, ReviewRow] | None = None) -> str:
    """All that a run waits for, in one line. `answered`: reviews by id whose decision the run has not taken yet."""
    known = answered or {}
    return "; ".join(
        decided_text(known[str(item["id"])]) if item.get("id") in known else _text(item, now) for item in waiting
    )


def decided_text(row: ReviewRow) -> str:
    """A decision that lies ready for the run."""
    return (
        f"decided `{plain(row.decision)}`{f' by {plain(row.by)}' if row.by else ''}; holdfast resume {row.run} goes on"
    )


def _text(item: Mapping[str, object], now: float) -> str:
    due = item.get("due")
    when = f" ({times.until(float(due), now)})" if isinstance(due, int | float) else ""
    kind, address = item.get("for"), plain(item.get("address", ""))
    if kind == "review":
        said = plain(item.get("question") or "")
        who, review = plain(item.get("to") or "a person"), plain(item.get("id", ""))
        return f"{who} to decide {review}{f': {said}' if said else ''}{when}"
    if kind == "event":
        return f"the event {plain(item.get('event'))}{when}"
    if kind == "completion":
        return f"the result of {address}{when}"
    if kind == "pending":
        subject = f" ({plain(item['subject'])})" if item.get("subject") else ""
        return f"the effect of {address}{subject} to be confirmed{when}"
    if kind == "run":
        return f"the child run {plain(item.get('run'))} at {address}{when}"
    if kind == "budget":
        return f"more of the budget from run {plain(item.get('run'))}"
    if kind == "timer":
        return f"{_TIMERS.get(str(item.get('kind')), 'a timer')} at {address}{when}"
    return f"{plain(kind)} at {address}{when}"


def timer_text(item: Mapping[str, object]) -> str:
    """What happens when this is due, in a few words."""
    kind = item.get("for")
    if kind == "review":
        return f"review {plain(item.get('id', ''))} expires"
    if kind == "event":
        return f"the event {plain(item.get('event'))} is no longer waited for"
    return _TIMERS.get(str(item.get("kind")), "a timer")


def next_commands(run: str, waiting: Waiting, reviews: Sequence[Review], *, paused: bool = False) -> list[str]:
    """Command lines that give a parked run what it waits for, and go on with it; a paused one is let go on first."""
    lines = [line for review in reviews for line in review_commands(review)]
    lines += [
        f"holdfast signal {run} {shlex.quote(str(item.get('event')))}" for item in waiting if item.get("for") == "event"
    ]
    lines += [
        f"holdfast complete --run {run} --step {shlex.quote(str(item.get('address')))} --result JSON"
        for item in waiting
        if item.get("for") == "completion"
    ]
    first = [f"holdfast unpause {run}"] if paused else []
    return [*first, *lines, f"holdfast resume {run}"] if waiting or paused else []


def review_commands(review: Review) -> list[str]:
    """The command lines that decide a review, one for each decision, or with the first option as an example."""
    answer = [f"holdfast answer {review.id} {shlex.quote(example(review))}"] if question(review) else []
    named = [name for name in review.decisions if name not in QUESTIONS]
    return answer + [f"holdfast decide {review.id} {name}{_MORE.get(name, '')}" for name in named]


def example(review: Review) -> str:
    """What an answer could be."""
    return str(review.options[0].get("id", "1")) if review.options else "VALUE"
