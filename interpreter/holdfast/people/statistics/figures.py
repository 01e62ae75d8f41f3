"""What is counted about reviews: per rule, per reviewer, per queue (5-humans, not rubber-stamping)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from holdfast.people.statistics.cases import PASSED_ON, Case, cases
from holdfast.people.statistics.interval import Share, quantile, wilson
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.journal.store import ReviewRow
    from holdfast.people.policy.book import Book

HASTY: Final = 5.0
"""Seconds under which nobody can have read much."""


@value
class Word:
    """One person's decision about one review.

    Args:
        by: who.
        decision: what.
        took: seconds from the question to the decision.
        looked: seconds for which it was looked at; None: unknown.
    """

    by: str
    decision: str
    took: float
    looked: float | None = None

    @property
    def hasty(self) -> bool:
        """Whether it was decided too fast to have been read."""
        return (self.took if self.looked is None else self.looked) < HASTY


@value
class Stage:
    """How a queue did that was asked in its turn.

    Args:
        number: 0 is who was asked first.
        to: the queue.
        asked: reviews that came to it; `passed_on` of them went on to the next because nobody decided in time.
    """

    number: int
    to: str
    asked: int
    passed_on: int


@value
class Figures:
    """What became of the reviews of one rule, or of those that one person decided.

    Args:
        name: of the rule or the person.
        asked: reviews in all, one that was escalated counted once; `waiting` of them are still open.
        approved, edited, rejected: by people. `answered`: decided in another way: chosen, answered, retried.
        expired: nobody decided in time. `withdrawn`: nobody had to any more.
        overrides: edited or rejected, among those that could be.
        median, p90: seconds to decide; None: nothing was decided.
        hasty: decided in under five seconds.
        stages: of what was escalated: how each queue that was asked in turn did; empty: nothing was.
    """

    name: str
    asked: int
    waiting: int
    approved: int
    edited: int
    rejected: int
    answered: int
    expired: int
    withdrawn: int
    overrides: Share | None
    median: float | None
    p90: float | None
    hasty: Share | None
    stages: tuple[Stage, ...] = ()


@value
class Depth:
    """How a queue is doing.

    Args:
        queue: its name.
        waiting: open reviews; `late` of them are older than the service level, if there is one.
        oldest: seconds for which the oldest has been open; None: none is.
        recent: reviews that came within the time that the capacity speaks of; None without capacity.
        capacity: how many it can take on in that time; `per` seconds.
        in_time: decided within the service level.
    """

    queue: str
    waiting: int
    late: int
    oldest: float | None
    recent: int | None
    capacity: int | None
    per: float | None
    in_time: Share | None


def rules_of(row: ReviewRow) -> tuple[str, ...]:
    """The names of what asked: rules of the policy, then triggers and questions of the plan as `plan/step`.

    A trigger's number is added where it is not the step's first: `pay/transfer#2`.
    """
    review = row.review
    step = review.address.rpartition("/")[2].partition("[")[0].partition("#")[0]
    place = f"{row.plan}/{step}" if step else row.plan
    own = tuple(place if number == 0 else f"{place}#{number + 1}" for number in review.triggers)
    named = (*review.rules, *own)
    return named or (f"{place} ({review.trigger_on or 'question'})",)


def words_of(row: ReviewRow) -> tuple[Word, ...]:
    """What people said about a review, in their order; the last word decided it, if it is decided."""
    if row.given:
        return tuple(_word(row, one.by, one.decision, one.at, one.looked) for one in row.given)
    if row.answered_at is None:
        return ()
    return (_word(row, row.by, row.decision, row.answered_at, row.looked),)


def _word(row: ReviewRow, by: str, decision: str, at: float, looked: float | None) -> Word:
    return Word(by=by, decision=decision, took=max(0.0, at - row.opened_at), looked=looked)


def _last_word(row: ReviewRow) -> tuple[Word, ...]:
    """What decided a review; nothing while more people have to approve."""
    return words_of(row)[-1:] if row.answered_at is not None else ()


def by_rule(rows: Iterable[ReviewRow]) -> list[Figures]:
    """Figures per rule, the most asked first."""
    return _figures((name, case, _decided(case)) for case in cases(rows) for name in rules_of(case.last))


def by_reviewer(rows: Iterable[ReviewRow]) -> list[Figures]:
    """Figures per person who decided something, the busiest first."""
    said = ((word.by or "(nobody named)", Case((row,)), (word,)) for row in rows for word in words_of(row))
    return [replace(one, stages=()) for one in _figures(said)]


def _decided(case: Case) -> tuple[Word, ...]:
    """What decided a case, with the time since it was asked first."""
    waited = case.last.opened_at - case.first.opened_at
    return tuple(replace(word, took=waited + word.took) for word in _last_word(case.last))


def _figures(found: Iterator[tuple[str, Case, Sequence[Word]]]) -> list[Figures]:
    groups: dict[str, list[tuple[Case, Sequence[Word]]]] = {}
    for name, case, words in found:
        groups.setdefault(name, []).append((case, words))
    figures = [_of(name, group) for name, group in groups.items()]
    return sorted(figures, key=lambda one: (-one.asked, one.name))


def _of(name: str, group: Sequence[tuple[Case, Sequence[Word]]]) -> Figures:
    words = [word for _, said in group for word in said]
    silent = [case.last for case, said in group if not said]
    counts = {kind: sum(word.decision == kind for word in words) for kind in ("approve", "edit", "reject")}
    overridden, judged = counts["edit"] + counts["reject"], sum(counts.values())
    took = [word.took for word in words]
    return Figures(
        name=name,
        asked=len(group),
        waiting=sum(row.state == "open" for row in silent),
        approved=counts["approve"],
        edited=counts["edit"],
        rejected=counts["reject"],
        answered=len(words) - judged,
        expired=sum(row.state == "closed" and row.outcome != "withdrawn" for row in silent),
        withdrawn=sum(row.outcome == "withdrawn" for row in silent),
        overrides=wilson(overridden, judged),
        median=quantile(took, 0.5),
        p90=quantile(took, 0.9),
        hasty=wilson(sum(word.hasty for word in words), len(words)),
        stages=_stages([case for case, _ in group]),
    )


def _stages(group: Sequence[Case]) -> tuple[Stage, ...]:
    """Queue by queue, if there is one that was not the first to be asked."""
    asked: dict[tuple[int, str], int] = {}
    passed: dict[tuple[int, str], int] = {}
    for row in (row for case in group for row in case.stages):
        place = (row.review.stage, row.review.to)
        asked[place] = asked.get(place, 0) + 1
        passed[place] = passed.get(place, 0) + (row.outcome == PASSED_ON)
    if not any(number for number, _ in asked):
        return ()
    return tuple(
        Stage(number=place[0], to=place[1], asked=asked[place], passed_on=passed[place]) for place in sorted(asked)
    )


def by_queue(rows: Sequence[ReviewRow], book: Book | None, now: float) -> list[Depth]:
    """How every queue is doing that was asked anything, or that the policy knows."""
    groups: dict[str, list[ReviewRow]] = {name: [] for name in (book.queues if book is not None else ())}
    for row in rows:
        groups.setdefault(row.review.to, []).append(row)
    return [_depth(name, group, book, now) for name, group in sorted(groups.items())]


def _depth(name: str, rows: Sequence[ReviewRow], book: Book | None, now: float) -> Depth:
    queue = book.queues.get(name) if book is not None else None
    capacity = queue.capacity if queue is not None else None
    level = queue.service_level if queue is not None else None
    ages = [now - row.opened_at for row in rows if row.state == "open"]
    took = [word.took for row in rows for word in _last_word(row)]
    return Depth(
        queue=name,
        waiting=len(ages),
        late=0 if level is None else sum(age > level for age in ages),
        oldest=max(ages, default=None),
        recent=None if capacity is None else sum(now - row.opened_at < capacity[1] for row in rows),
        capacity=None if capacity is None else capacity[0],
        per=None if capacity is None else capacity[1],
        in_time=None if level is None else wilson(sum(seconds <= level for seconds in took), len(took)),
    )
