"""Conformance: reviews, answers, signals, the inbox."""

from __future__ import annotations

import asyncio
import dataclasses
from contextlib import suppress
from dataclasses import replace

import anyio
import pytest

from holdfast.core.actions import ReviewClosed, ReviewMoved, ReviewOpened
from holdfast.core.events import QueueFull, ReviewAnswered, SignalReceived
from holdfast.core.summary import Summary
from holdfast.errors import EventRefused, ReviewError, StoreError, UnknownName
from holdfast.journal.desk import Desk
from holdfast.journal.store import Answer, AnswerFirst, ClaimRefused, Given, ReviewRow, Store
from tests.journal.making import NOON, begin, closed, new_run, opened, over, requested, review, turn

pytestmark = pytest.mark.anyio

YES = Answer(decision="approve", by="ann", reason="fine")
NO = Answer(decision="reject", by="bob")


async def test_an_opened_review_can_be_read(store: Store) -> None:
    """With its run, and nobody's answer."""
    await begin(store)
    await store.append(turn(changes=[opened()]))
    expected = ReviewRow(review=review(), run="r1", plan="book", user="ann", state="open", opened_at=NOON + 1)

    assert await store.review("r1.1") == expected
    assert await store.reviews() == [expected]
    with pytest.raises(UnknownName, match=r"no review `r1\.2`"):
        await store.review("r1.2")


async def test_reviews_are_listed_by_urgency_and_every_filter_narrows(store: Store) -> None:
    """The earliest due first, then those without a time, the oldest first; by state, run, queue and limit."""
    await begin(store, "r1", "r2")
    await store.append(
        turn(changes=[opened("r1.1"), opened("r1.2", due=NOON + 90), opened("r1.3", due=NOON + 60, to="boss")])
    )
    await store.append(turn(run="r2", changes=[opened("r2.1")]))

    async def names(rows: list[ReviewRow]) -> list[str]:
        return [row.review.id for row in rows]

    assert await names(await store.reviews()) == ["r1.3", "r1.2", "r1.1", "r2.1"]
    assert await names(await store.reviews(limit=1)) == ["r1.3"]
    assert await names(await store.reviews(run="r1", to="requester")) == ["r1.2", "r1.1"]
    assert await names(await store.reviews(state="closed")) == []
    assert await names(await store.reviews(beginning="r1.")) == ["r1.3", "r1.2", "r1.1"]
    assert await names(await store.reviews(desk=Desk(barred={"boss"}, users={"ann"}))) == ["r1.2", "r1.1", "r2.1"]
    assert await names(await store.reviews(desk=Desk(users={"bob"}))) == ["r1.3"]


async def test_a_review_may_get_another_due_time(store: Store) -> None:
    """Or none, while its run is paused: lists follow."""
    await begin(store)
    await store.append(turn(changes=[opened("r1.1", due=NOON + 60), opened("r1.2", due=NOON + 90.125)]))
    await store.append(turn(after=2, changes=[ReviewMoved(review="r1.1", due=None)]))
    assert [("r1.2", NOON + 90.125), ("r1.1", None)] == [
        (row.review.id, row.review.due) for row in await store.reviews()
    ]
    moved = NOON + 1234.5678901
    await store.append(turn(after=3, changes=[ReviewMoved(review="r1.1", due=moved)]))
    assert [("r1.2", NOON + 90.125), ("r1.1", moved)] == [
        (row.review.id, row.review.due) for row in await store.reviews()
    ]


async def test_what_a_queue_decided_is_listed_the_newest_first(store: Store) -> None:
    """Taken up by its run or not; what nobody decided is no decision."""
    await begin(store)
    names = ["r1.1", "r1.2", "r1.3", "r1.4"]
    await store.append(turn(changes=[opened(name, to="desk") for name in names]))
    for name, said in (("r1.1", YES), ("r1.2", NO), ("r1.4", YES)):
        await store.answer(name, said, NOON + 5)
    await store.append(turn(after=2, changes=[closed("approve", "r1.1"), closed("withdrawn", "r1.3")]))

    found = await store.decided("desk")
    assert [("r1.4", "approve"), ("r1.2", "reject"), ("r1.1", "approve")] == [
        (row.review.id, row.decision) for row in found
    ]
    assert ["r1.4"] == [row.review.id for row in await store.decided("desk", limit=1)]
    assert [] == await store.decided("boss")


async def test_an_answer_is_kept_and_reaches_the_inbox(store: Store) -> None:
    """In one transaction, until the run takes it up."""
    await begin(store)
    await store.append(turn(changes=[opened()]))
    row = await store.answer("r1.1", dataclasses.replace(YES, value={"n": 2}), NOON + 5)

    assert (row.state, row.decision, row.value, row.by, row.answered_at) == (
        "answered",
        "approve",
        {"n": 2},
        "ann",
        NOON + 5,
    )
    assert await store.review("r1.1") == row
    (item,) = await store.inbox(["r1"])
    assert (item.run, item.observation) == (
        "r1", ReviewAnswered(review="r1.1", decision="approve", value={"n": 2}, by="ann", reason="fine", at=NOON + 5),
    )  # fmt: skip

    await store.append(turn(item.observation, after=2, changes=[closed("approve")], consumed=[item.id]))

    assert await store.inbox(["r1"]) == []
    row = await store.review("r1.1")
    assert (row.state, row.outcome, row.decision, row.closed_at) == ("closed", "approve", "approve", NOON + 1)


@pytest.mark.parametrize("taken", [False, True])
async def test_the_same_answer_again_is_accepted_as_one(store: Store, taken: bool) -> None:
    """Whoever gives it, before and after the run took it; the first one's name stands."""
    await begin(store)
    await store.append(turn(changes=[opened()]))
    first = await store.answer("r1.1", YES, NOON + 5)
    if taken:
        await store.append(turn(after=2, changes=[closed("approve")]))
        first = await store.review("r1.1")

    assert await store.answer("r1.1", dataclasses.replace(YES, by="carl"), NOON + 9) == first
    assert len(await store.inbox(["r1"])) == 1


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("second", [NO, dataclasses.replace(YES, value=1)])
async def test_another_answer_is_told_who_was_first(store: Store, taken: bool, second: Answer) -> None:
    """Another decision, or the same with another value."""
    await begin(store)
    await store.append(turn(changes=[opened()]))
    await store.answer("r1.1", YES, NOON)
    if taken:
        await store.append(turn(after=2, changes=[closed("approve")]))

    with pytest.raises(ReviewError) as caught:
        await store.answer("r1.1", second, NOON + 9)

    assert (
        str(caught.value)
        == "review r1.1 was answered before by ann at 2025-06-15 15:06:40 UTC: `approve`; nothing was changed"
    )
    assert (await store.review("r1.1")).by == "ann"


@pytest.mark.parametrize("outcome", ["expired", "withdrawn"])
async def test_a_late_answer_is_told_how_the_review_was_closed(store: Store, outcome: str) -> None:
    """And does not reach the run."""
    await begin(store)
    await store.append(turn(changes=[opened()]))
    await store.append(turn(after=2, at=NOON, changes=[closed(outcome)]))

    with pytest.raises(ReviewError) as caught:
        await store.answer("r1.1", YES, NOON + 9)

    assert str(caught.value) == f"review r1.1 is closed: {outcome} at 2025-06-15 15:06:40 UTC; nothing was changed"
    assert await store.inbox(["r1"]) == []
    assert (await store.review("r1.1")).decision == ""


async def test_an_answer_that_the_run_never_took_is_not_said_to_count(store: Store) -> None:
    """Answered, then withdrawn before the run saw it: the same answer again is told so."""
    await begin(store)
    await store.append(turn(changes=[opened()]))
    await store.answer("r1.1", YES, NOON)
    await store.append(turn(after=2, changes=[closed("withdrawn")]))

    with pytest.raises(ReviewError, match="is closed: withdrawn"):
        await store.answer("r1.1", YES, NOON)


async def test_a_decision_that_the_review_does_not_take_is_refused(store: Store) -> None:
    """The allowed ones are named."""
    await begin(store)
    await store.append(turn(changes=[opened()]))

    with pytest.raises(ReviewError, match=r"review r1\.1 does not take `retry`; it takes `approve`, `reject`"):
        await store.answer("r1.1", Answer(decision="retry"), NOON)
    with pytest.raises(UnknownName):
        await store.answer("r9.1", YES, NOON)


async def test_of_contradictory_answers_at_once_one_is_accepted(store: Store) -> None:
    """Ten people, two opinions: one opinion stands and reaches the run once."""
    await begin(store)
    await store.append(turn(changes=[opened()]))
    accepted: list[str] = []

    async def give(answer: Answer) -> None:
        with suppress(ReviewError):
            accepted.append((await store.answer("r1.1", answer, NOON)).decision)

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(give, YES if number % 2 else NO)

    (item,) = await store.inbox(["r1"])
    assert accepted == [(await store.review("r1.1")).decision] * 5
    assert isinstance(item.observation, ReviewAnswered)


async def test_signals_arrive_in_their_order_and_for_their_run(store: Store) -> None:
    """The inbox is read for some runs; others' items stay."""
    await begin(store, "r1", "r2", "r3")
    pay = SignalReceived(signal="event", name="paid", payload={"sum": 3}, by="bank")
    stop = SignalReceived(signal="cancel")
    for run, observation in (("r2", stop), ("r1", pay), ("r2", pay), ("r3", stop)):
        await store.signal(run, observation, NOON)

    found = [(item.run, item.observation) for item in await store.inbox(["r1", "r2"])]
    assert found == [("r2", stop), ("r1", pay), ("r2", pay)]
    assert await store.inbox([]) == []


async def test_an_item_is_consumed_only_by_its_own_run_and_only_if_the_append_stands(store: Store) -> None:
    """A fenced append leaves it, and so does another run's."""
    await begin(store, "r1", "r2")
    await store.signal("r1", SignalReceived(signal="pause"), NOON)
    (item,) = await store.inbox(["r1"])

    await store.append(turn(run="r2", consumed=[item.id]))
    with pytest.raises(StoreError):
        await store.append(turn(after=7, consumed=[item.id]))
    assert await store.inbox(["r1"]) == [item]

    await store.append(turn(item.observation, consumed=[item.id]))
    assert await store.inbox(["r1"]) == []


async def test_nothing_reaches_a_run_that_is_over_or_unknown(store: Store) -> None:
    """The sender is told."""
    await begin(store)
    await store.append(over("r1"))

    with pytest.raises(StoreError, match=r"run r1 is over \(succeeded\)"):
        await store.signal("r1", SignalReceived(signal="pause"), NOON)
    with pytest.raises(UnknownName, match="no run `r9`"):
        await store.signal("r9", SignalReceived(signal="pause"), NOON)


def event(name: str = "paid") -> SignalReceived:
    """An event for a run."""
    return SignalReceived(signal="event", name=name)


async def test_an_event_beyond_what_a_run_keeps_is_refused_and_none_is_dropped(store: Store) -> None:
    """Those in the inbox count with those that the run's row says it keeps; other signals always come through."""
    await store.create(replace(new_run(), keep=3), [requested()])
    for _ in range(2):
        await store.signal("r1", event(), NOON)
    first, second = await store.inbox(["r1"])
    summary = Summary(status="waiting", result={"events": 2})
    await store.append(turn(first.observation, second.observation, consumed=[first.id, second.id], summary=summary))

    await store.signal("r1", event(), NOON)
    with pytest.raises(EventRefused, match=r"event `paid` is refused: 3 events wait in run r1 .* its plan keeps 3"):
        await store.signal("r1", event(), NOON)
    await store.signal("r1", SignalReceived(signal="pause"), NOON)
    assert [event(), SignalReceived(signal="pause")] == [item.observation for item in await store.inbox(["r1"])]

    await store.append(turn(after=3, summary=Summary(status="waiting", result={"events": 0})))
    await store.signal("r1", event(), NOON)


async def test_an_event_that_a_run_waits_for_comes_through_to_twice_as_many(store: Store) -> None:
    """Others that filled the run's memory must not keep it from going on."""
    await store.create(replace(new_run(), keep=1), [requested()])
    waiting = [{"for": "event", "address": "a", "event": "paid", "due": None}]
    await store.append(turn(summary=Summary(status="waiting", waiting=waiting)))

    await store.signal("r1", event("noise"), NOON)
    with pytest.raises(EventRefused, match="event `noise` is refused"):
        await store.signal("r1", event("noise"), NOON)
    await store.signal("r1", event(), NOON)
    with pytest.raises(EventRefused, match="event `paid` is refused"):
        await store.signal("r1", event(), NOON)


async def test_a_run_keeps_a_hundred_events_unless_its_plan_says_otherwise(store: Store) -> None:
    """All at the same moment: exactly so many are taken."""
    await begin(store)
    said = await asyncio.gather(*(store.signal("r1", event(), NOON) for _ in range(103)), return_exceptions=True)

    assert 3 == sum(isinstance(error, EventRefused) for error in said)
    assert 100 == len(await store.inbox(["r1"]))


async def test_a_change_is_noticed_once(store: Store) -> None:
    """Answers and signals given through this very store count; its own appends do not."""
    await begin(store)
    await store.append(turn(changes=[opened()]))
    await store.changed()

    await store.append(turn(after=2))
    assert not await store.changed()

    await store.signal("r1", SignalReceived(signal="pause"), NOON)
    assert (await store.changed(), await store.changed()) == (True, False)

    await store.answer("r1.1", YES, NOON)
    assert (await store.changed(), await store.changed()) == (True, False)


async def test_the_history_of_reviews_has_all_states(store: Store) -> None:
    """What was opened since then, and what is open still however old; the oldest first."""
    await begin(store)
    await store.append(turn(changes=[opened("r1.1"), opened("r1.2")]))
    await store.append(turn(after=2, at=NOON + 50, changes=[closed("expired", "r1.1"), opened("r1.3")]))
    await store.append(turn(after=3, at=NOON + 60, changes=[closed("withdrawn", "r1.3")]))

    async def names(since: float, limit: int = 10) -> list[tuple[str, str]]:
        return [(row.review.id, row.state) for row in await store.review_history(since, limit)]

    assert [("r1.1", "closed"), ("r1.2", "open"), ("r1.3", "closed")] == await names(NOON)
    assert [("r1.2", "open"), ("r1.3", "closed")] == await names(NOON + 50)
    assert [("r1.2", "open")] == await names(NOON + 51)
    assert [("r1.1", "closed")] == await names(NOON, 1)


# --- several people, and time against answers -------------------------------------------------------------------------


async def _four_eyes(store: Store, **more: object) -> None:
    await begin(store)
    both = dataclasses.replace(review(), approvals=2, **more)  # type: ignore[arg-type]
    await store.append(turn(changes=[ReviewOpened(review=both)]))


async def test_a_review_stays_open_until_enough_people_have_approved(store: Store) -> None:
    """Each approval is kept, reaches the run, and is there for everybody to see."""
    await _four_eyes(store)
    row = await store.answer("r1.1", YES, NOON + 5)

    assert (row.state, row.decision, row.answered_at) == ("open", "", None)
    assert row.given == (Given(by="ann", decision="approve", reason="fine", at=NOON + 5),)
    assert (await store.review("r1.1"), await store.reviews()) == (row, [row])

    row = await store.answer("r1.1", dataclasses.replace(YES, by="bob"), NOON + 6)

    assert (row.state, row.decision, row.by, row.answered_at) == ("answered", "approve", "bob", NOON + 6)
    assert [given.by for given in row.given] == ["ann", "bob"]
    assert await store.review("r1.1") == row
    heard = [item.observation for item in await store.inbox(["r1"])]
    assert [one.by for one in heard if isinstance(one, ReviewAnswered)] == ["ann", "bob"]


async def test_one_rejection_is_enough(store: Store) -> None:
    """It decides whatever others approved."""
    await _four_eyes(store)
    await store.answer("r1.1", YES, NOON)
    row = await store.answer("r1.1", NO, NOON)

    assert (row.state, row.decision, row.by) == ("answered", "reject", "bob")


async def test_the_same_person_counts_once_and_cannot_say_two_things(store: Store) -> None:
    """The same again is accepted as one; another decision is told of the first."""
    await _four_eyes(store)
    first = await store.answer("r1.1", YES, NOON)

    assert await store.answer("r1.1", dataclasses.replace(YES, reason="yes!"), NOON + 1) == first
    with pytest.raises(ReviewError, match=r"r1\.1 was answered before by ann at .*: `approve`; nothing was changed"):
        await store.answer("r1.1", dataclasses.replace(NO, by="ann"), NOON + 1)
    assert len(await store.inbox(["r1"])) == 1


async def test_an_approval_given_at_an_earlier_stage_is_not_given_twice(store: Store) -> None:
    """It is in the review already; one other person is enough."""
    await _four_eyes(store, approved_by=("ann",))

    assert (await store.answer("r1.1", YES, NOON)).given == ()
    assert (await store.answer("r1.1", dataclasses.replace(YES, by="bob"), NOON)).state == "answered"


@pytest.mark.parametrize(("by", "why"), [("eve", "`eve` started this run"), ("", "it has to be known who decides")])
async def test_who_may_not_decide_is_refused(store: Store, by: str, why: str) -> None:
    """Whoever started the run where somebody else has to look, and nobody in particular."""
    await begin(store)
    await store.append(turn(changes=[ReviewOpened(review=dataclasses.replace(review(), excluded=("eve",)))]))

    with pytest.raises(ReviewError, match=why):
        await store.answer("r1.1", dataclasses.replace(YES, by=by), NOON)
    assert await store.inbox(["r1"]) == []


@pytest.mark.parametrize("outcome", ["expired", "escalated"])
async def test_a_review_that_was_answered_is_not_closed_for_silence(store: Store, outcome: str) -> None:
    """An acknowledged answer counts: the append that does not know it is refused as a whole."""
    await begin(store)
    await store.append(turn(changes=[opened()]))
    row = await store.answer("r1.1", YES, NOON)
    silent = ReviewClosed(review="r1.1", outcome=outcome, heard=0)

    with pytest.raises(AnswerFirst) as caught:
        await store.append(turn(after=2, changes=[opened("r1.2"), silent]))

    assert (caught.value.review, await store.review("r1.1"), (await store.run("r1")).last_seq) == ("r1.1", row, 2)
    assert await store.reviews() == []
    await store.append(turn(after=2, changes=[dataclasses.replace(silent, heard=1)]))
    assert (await store.review("r1.1")).outcome == outcome


async def test_one_approval_of_two_is_an_answer_as_well(store: Store) -> None:
    """The run has to have heard it before it goes on to others."""
    await _four_eyes(store)
    await store.answer("r1.1", YES, NOON)
    silent = ReviewClosed(review="r1.1", outcome="escalated", heard=0)

    with pytest.raises(AnswerFirst):
        await store.append(turn(after=2, changes=[silent]))
    await store.append(turn(after=2, changes=[dataclasses.replace(silent, heard=1)]))
    assert (await store.review("r1.1")).state == "closed"


async def test_silence_about_a_review_that_is_not_there_harms_nobody(store: Store) -> None:
    """Closed already, or another run's."""
    await begin(store, "r1", "r2")
    await store.append(turn(changes=[opened()]))
    await store.append(turn(run="r2", changes=[ReviewClosed(review="r1.1", outcome="expired", heard=0)]))

    assert (await store.review("r1.1")).state == "open"


async def test_an_answer_says_where_it_was_given_and_after_how_long(store: Store) -> None:
    """It stands in the row and in what reaches the run."""
    await begin(store)
    await store.append(turn(changes=[opened()]))
    await store.answer("r1.1", dataclasses.replace(YES, source="terminal", looked=12.5), NOON + 5)
    row = await store.review("r1.1")
    assert ("terminal", 12.5) == (row.source, row.looked)
    (item,) = await store.inbox(["r1"])
    assert isinstance(item.observation, ReviewAnswered)
    assert ("terminal", 12.5) == (item.observation.source, item.observation.looked)


async def test_a_queue_takes_on_so_many_and_no_more(store: Store) -> None:
    """Counted when they were opened, in all runs and within one append; what it wrote with it is not written either."""
    await begin(store, "r1", "r2")
    limited = dataclasses.replace(opened("r1.1"), limit=(2, 100.0))
    await store.append(turn(changes=[limited]))
    await store.append(turn(run="r2", at=NOON + 50, changes=[opened("r2.1")]))
    third = ReviewOpened(review=review("r2.2"), limit=(2, 100.0))

    with pytest.raises(ClaimRefused) as caught:
        await store.append(turn(run="r2", after=2, at=NOON + 60, changes=[third]))
    expected = QueueFull(queue="requester", opened=2, capacity=2, per=100.0, free_at=NOON + 101)
    assert (caught.value.observations, (await store.run("r2")).last_seq) == ((expected,), 2)

    other = ReviewOpened(review=review("r2.3", to="boss"), limit=(1, 100.0))
    again = ReviewOpened(review=review("r2.4", to="boss"), limit=(1, 100.0))
    with pytest.raises(ClaimRefused):
        await store.append(turn(run="r2", after=2, at=NOON + 60, changes=[other, again]))
    await store.append(turn(run="r2", after=2, at=NOON + 102, changes=[third, other]))
    assert len(await store.reviews()) == 4
