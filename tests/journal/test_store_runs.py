"""Conformance: plans, runs, journals, owners, and what is ready."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import anyio
import anyio.lowlevel
import pytest

from holdfast.core.actions import PlanPinned
from holdfast.core.events import (
    CallReturned,
    Entry,
    PlanMigrated,
    RunFinished,
    RunForked,
    SignalReceived,
    TimerFired,
)
from holdfast.core.summary import Summary
from holdfast.errors import Fenced, InputError, StoreError, UnknownName
from holdfast.journal.memory import Memory
from holdfast.journal.store import Append, NewRun, RunFilter, Store
from tests.journal.making import NOON, begin, claim, new_run, over, requested, turn, waiting

pytestmark = pytest.mark.anyio


# --- Plans ------------------------------------------------------------------------------------------------------------


async def test_a_plan_is_kept_under_its_hash_and_saving_again_changes_nothing(store: Store) -> None:
    """The first source stands."""
    await store.save_plan("hash", "book", "book.yaml", "steps: []")
    await store.create(dataclasses.replace(new_run("r2"), file="other.yaml", source="steps: [1]"), [requested("r2")])

    await store.create(dataclasses.replace(new_run("r3"), plan_hash="h2", file="2.yaml", source="2"), [requested("r3")])

    assert await store.plan_source("hash") == ("book.yaml", "steps: []")
    assert await store.plan_source("h2") == ("2.yaml", "2")


async def test_an_unknown_plan_is_named(store: Store) -> None:
    """A hash that was never saved raises UnknownName."""
    with pytest.raises(UnknownName, match="no plan `h9`"):
        await store.plan_source("h9")


# --- Creating ---------------------------------------------------------------------------------------------------------


async def test_a_created_run_has_its_row_and_its_first_entry(store: Store) -> None:
    """Creating gives a running run with seq 1 and nobody owning it."""
    row, fresh = await store.create(new_run("r1", priority=3), [requested()])

    assert fresh
    assert (row.run, row.plan, row.plan_hash, row.task, row.user) == ("r1", "book", "hash", "r1", "ann")
    assert (row.priority, row.status, row.last_seq, row.owner, row.wake_at) == (3, "running", 1, "", None)
    assert (row.created_at, row.updated_at, list(row.waiting), row.result) == (NOON, NOON, [], None)
    assert await store.entries("r1") == [Entry(1, NOON, requested())]


async def test_the_same_identity_gives_the_first_run_again(store: Store) -> None:
    """User, plan and task name one run, whatever id is offered."""
    first, _ = await store.create(new_run("r1", "t"), [requested()])
    again, fresh = await store.create(new_run("r2", "t"), [requested("r2")])

    assert (again, fresh) == (first, False)
    assert await store.runs(RunFilter()) == [first]


@pytest.mark.parametrize(
    "other", [new_run("r2", "t", user="bob"), new_run("r2", "t", plan="cancel"), new_run("r2", "u")]
)
async def test_each_part_of_the_identity_counts(store: Store, other: NewRun) -> None:
    """Another user, plan or task is another run."""
    await store.create(new_run("r1", "t"), [requested()])
    _, fresh = await store.create(other, [requested("r2")])

    assert fresh


async def test_a_run_id_is_not_taken_twice(store: Store) -> None:
    """The same id for another task is refused."""
    await begin(store, "r1")

    with pytest.raises(StoreError, match="there is a run `r1` already"):
        await store.create(new_run("r1", "other"), [requested()])


# --- Appending --------------------------------------------------------------------------------------------------------


async def test_entries_are_numbered_densely_and_keep_their_time(store: Store) -> None:
    """An append's events share its time and follow the last entry; a clock that went backwards is kept as it was."""
    await begin(store)
    one, two, three = (TimerFired(timer=name) for name in "abc")
    await store.append(turn(one, two, after=1, at=NOON + 0.1))
    await store.append(turn(three, after=3, at=NOON - 5))

    assert (await store.entries("r1"))[1:] == [
        Entry(2, NOON + 0.1, one),
        Entry(3, NOON + 0.1, two),
        Entry(4, NOON - 5, three),
    ]
    assert (await store.run("r1")).last_seq == 4
    assert (await store.run("r1")).updated_at == NOON - 5


@pytest.mark.parametrize(
    ("after", "expected"), [(0, [1, 2, 3, 4]), (1, [2, 3, 4]), (2, [3, 4]), (3, [4]), (4, []), (9, [])]
)
async def test_entries_can_be_read_from_anywhere(store: Store, after: int, expected: list[int]) -> None:
    """A reader goes on in the middle of an append as well as between two."""
    await begin(store)
    await store.append(turn(*(TimerFired(timer=name) for name in "ab")))
    await store.append(turn(after=3))

    assert [entry.seq for entry in await store.entries("r1", after)] == expected


@pytest.mark.parametrize("after", [0, 2, 3])
async def test_an_append_elsewhere_than_at_the_end_is_fenced(store: Store, after: int) -> None:
    """It says where the journal stands, and changes nothing."""
    await begin(store)
    changes = [claim()]

    with pytest.raises(Fenced) as caught:
        await store.append(turn(after=after, changes=changes, summary=waiting()))

    assert (caught.value.run, caught.value.expected, caught.value.found) == ("r1", after, 1)
    assert [entry.seq for entry in await store.entries("r1")] == [1]
    assert await store.effects() == []
    assert (await store.run("r1")).status == "running"


async def test_of_two_appends_at_the_same_moment_one_is_fenced(store: Store) -> None:
    """Both follow entry 1; one becomes entry 2."""
    await begin(store)
    fenced = 0

    async def append(name: str) -> None:
        nonlocal fenced
        try:
            await store.append(turn(TimerFired(timer=name)))
        except Fenced:
            fenced += 1

    async with anyio.create_task_group() as tasks:
        for name in "ab":
            tasks.start_soon(append, name)

    assert fenced == 1
    assert len(await store.entries("r1")) == 2


async def test_a_refused_append_does_not_harm_its_neighbours(store: Store) -> None:
    """Of twenty appends at once one is fenced and one names an unknown run; eighteen stand."""
    names = [f"r{number}" for number in range(19)]
    await begin(store, *names)
    refused: list[str] = []

    async def append(run: str) -> None:
        try:
            await store.append(turn(run=run, after=5 if run == "r7" else 1))
        except (Fenced, UnknownName):
            refused.append(run)

    async with anyio.create_task_group() as tasks:
        for name in [*names, "nobody"]:
            tasks.start_soon(append, name)

    assert sorted(refused) == ["nobody", "r7"]
    assert [(await store.run(name)).last_seq for name in names] == [1 if name == "r7" else 2 for name in names]


async def test_an_append_without_events_may_change_the_summary(store: Store) -> None:
    """The journal stays as it is, and so does its end."""
    await begin(store)
    await store.append(Append(run="r1", after=1, at=NOON + 1, events=(), summary=waiting(NOON + 60)))

    row = await store.run("r1")
    assert (row.status, row.wake_at, row.last_seq) == ("waiting", NOON + 60, 1)
    assert len(await store.entries("r1")) == 1


async def test_a_summary_replaces_the_row_and_its_absence_leaves_it(store: Store) -> None:
    """Status, due time, what is waited for and the result stand until the next summary."""
    await begin(store)
    await store.append(turn(summary=waiting(NOON + 60)))
    await store.append(turn(after=2))
    row = await store.run("r1")

    assert (row.status, row.wake_at, list(row.waiting)) == ("waiting", NOON + 60, [{"for": "timer", "due": NOON + 60}])

    await store.append(turn(after=3, summary=Summary(status="succeeded", result={"output": "ä"})))
    row = await store.run("r1")

    assert (row.status, row.wake_at, list(row.waiting), row.result) == ("succeeded", None, [], {"output": "ä"})


async def test_an_append_to_an_unknown_run_is_refused(store: Store) -> None:
    """Nothing is created by appending."""
    with pytest.raises(UnknownName, match="no run `r9`"):
        await store.append(turn(run="r9"))


async def test_values_come_back_as_they_went_in(store: Store) -> None:
    """Text of any script, numbers, nothing, nested data, and a value far above the inline limit."""
    await begin(store)
    values: list[object] = [
        None,
        True,
        0,
        -1.5,
        2**70,
        "",
        "ä\u2028\x00",
        [],
        {},
        [[{"a": [None]}]],
        "x" * 100_000,
        "\ud800",
    ]
    await store.append(turn(*(CallReturned(call=number, value=value) for number, value in enumerate(values))))

    assert [entry.event.value for entry in (await store.entries("r1"))[1:]] == values  # type: ignore[union-attr]


async def test_what_is_not_plain_data_is_refused_and_harms_nobody(store: Store) -> None:
    """NaN has no JSON."""
    await begin(store)

    with pytest.raises(StoreError, match="not plain JSON data"):
        await store.append(turn(CallReturned(call=1, value=float("nan"))))

    await store.append(turn())
    assert (await store.run("r1")).last_seq == 2


# --- Finding ----------------------------------------------------------------------------------------------------------


async def test_a_run_is_found_by_an_unambiguous_beginning(store: Store) -> None:
    """A whole id wins over being the beginning of another."""
    await begin(store, "abc", "abd", "ab", "xyz")

    assert (await store.run("x")).run == "xyz"
    assert (await store.run("ab")).run == "ab"
    with pytest.raises(InputError, match="`a` fits several runs: ab, abc, abd"):
        await store.run("a")
    with pytest.raises(UnknownName, match="no run `abx`"):
        await store.run("abx")
    with pytest.raises(UnknownName):
        await store.run("")


async def test_a_run_is_found_by_its_task_when_no_id_begins_so(store: Store) -> None:
    """Unless several runs have it."""
    await begin(store, "abc")
    await store.create(new_run("r4", "monday"), [requested("r4")])
    await store.create(new_run("r5", "abc"), [requested("r5")])
    assert ((await store.run("monday")).run, (await store.run("abc")).run) == ("r4", "abc")

    await store.create(new_run("r6", "monday", user="bob"), [requested("r6")])
    with pytest.raises(InputError, match="the task `monday` is that of several runs: r6, r4"):
        await store.run("monday")


async def test_runs_are_listed_newest_first_and_every_filter_narrows(store: Store) -> None:
    """Plan, status, task, user and limit."""
    await begin(store, "r1", "r2", "r3")
    await store.create(new_run("r4", "t", plan="cancel", user="bob"), [requested("r4")])
    await store.append(over("r2"))

    async def names(which: RunFilter) -> list[str]:
        return [row.run for row in await store.runs(which)]

    assert await names(RunFilter()) == ["r4", "r3", "r2", "r1"]
    assert await names(RunFilter(limit=2)) == ["r4", "r3"]
    assert await names(RunFilter(plan="cancel")) == ["r4"]
    assert await names(RunFilter(user="ann", status=["running", "failed"])) == ["r3", "r1"]
    assert await names(RunFilter(status=["succeeded"])) == ["r2"]
    assert await names(RunFilter(task="r3")) == ["r3"]


# --- Owners -----------------------------------------------------------------------------------------------------------


async def test_a_run_has_one_living_owner(store: Store) -> None:
    """The second worker gets it only when the first gives it up; the owner may ask again."""
    await begin(store)

    assert await store.acquire("r1", "w1")
    assert await store.acquire("r1", "w1")
    assert not await store.acquire("r1", "w2")
    assert (await store.run("r1")).owner == "w1"

    await store.release("r1", "w2")
    assert not await store.acquire("r1", "w2")

    await store.release("r1", "w1")
    assert (await store.run("r1")).owner == ""
    assert await store.acquire("r1", "w2")


async def test_a_run_can_be_created_for_a_worker_and_belongs_to_nobody_once_it_is_over(store: Store) -> None:
    """Nobody else gets it meanwhile; its last append gives it up, whoever appends."""
    row, _ = await store.create(dataclasses.replace(new_run(), owner="w1"), [requested()])
    again, fresh = await store.create(dataclasses.replace(new_run("r2", "r1"), owner="w2"), [requested("r2")])

    assert (row.owner, again.owner, fresh) == ("w1", "w1", False)
    assert not await store.acquire("r1", "w2")
    assert await store.ready(NOON, "w2", 10) == []

    await store.append(turn(summary=waiting()))
    assert (await store.run("r1")).owner == "w1"
    await store.append(over("r1", after=2))
    assert (await store.run("r1")).owner == ""


async def test_a_run_that_is_over_gets_no_owner(store: Store) -> None:
    """Whoever comes a moment too late may look at it, and nobody has to give it up."""
    await begin(store)
    await store.append(over("r1"))

    assert await store.acquire("r1", "w1")
    assert (await store.run("r1")).owner == ""


async def test_an_unknown_run_cannot_be_acquired(store: Store) -> None:
    """It raises UnknownName."""
    with pytest.raises(UnknownName):
        await store.acquire("r9", "w1")


async def test_a_run_left_running_is_ready_for_others_than_its_owner(store: Store) -> None:
    """While an owner lives it is nobody's; released it is ready."""
    await begin(store)

    assert await store.ready(NOON, "w1", 10) == ["r1"]
    await store.acquire("r1", "w1")
    assert await store.ready(NOON, "w1", 10) == []
    assert await store.ready(NOON, "w2", 10) == []
    await store.release("r1", "w1")
    assert await store.ready(NOON, "w2", 10) == ["r1"]


async def test_a_parked_run_is_ready_when_its_timer_is_due(store: Store) -> None:
    """Not a second before."""
    await begin(store)
    await store.append(turn(summary=waiting(NOON + 60)))

    assert await store.ready(NOON + 59, "w1", 10) == []
    assert await store.ready(NOON + 60, "w1", 10) == ["r1"]


async def test_a_parked_run_is_ready_when_something_came_for_it(store: Store) -> None:
    """Even a paused one: it may be told to go on; but its timers stand still."""
    await begin(store, "r1", "r2")
    await store.append(turn(summary=waiting()))
    await store.append(turn(run="r2", summary=Summary(status="paused", wake_at=NOON)))
    assert await store.ready(NOON + 99, "w1", 10) == []

    await store.signal("r1", TimerFired(timer="x"), NOON)
    await store.signal("r2", TimerFired(timer="x"), NOON)

    assert await store.ready(NOON, "w1", 10) == ["r1", "r2"]


async def test_what_is_ready_comes_by_priority_then_age(store: Store) -> None:
    """And no more of it than asked for."""
    for name, priority in (("r1", 0), ("r2", 5), ("r3", 0), ("r4", 5)):
        await store.create(new_run(name, priority=priority), [requested(name)])
    await store.append(over("r3"))

    assert await store.ready(NOON, "w1", 10) == ["r2", "r4", "r1"]
    assert await store.ready(NOON, "w1", 2) == ["r2", "r4"]


async def test_a_new_priority_holds_in_the_moment_of_its_signal(store: Store) -> None:
    """Before anybody takes it up, and it is in the inbox for the journal."""
    for name in ("one", "two"):
        await store.create(new_run(name), [requested(name)])
    said = SignalReceived(signal="prioritise", payload=7, by="ana")
    await store.signal("two", said, NOON)

    assert ["two", "one"] == await store.ready(NOON, "w1", 10)
    assert 7 == (await store.run("two")).priority
    assert [said] == [item.observation for item in await store.inbox(["two"])]


async def test_a_run_that_has_waited_long_goes_before_a_more_important_one(store: Store) -> None:
    """Nothing starves: a minute of waiting is worth one of priority."""
    for name, priority, after in (("old", 0, 0.0), ("soon", 5, 299.0), ("late", 5, 301.0)):
        await store.create(replace(new_run(name, priority=priority), at=NOON + after), [requested(name)])

    assert await store.ready(NOON + 400, "w1", 10) == ["soon", "old", "late"]


# --- Following --------------------------------------------------------------------------------------------------------


async def test_a_follower_sees_the_journal_grow_until_the_run_is_over(store: Store) -> None:
    """What is there first, then what comes."""
    await begin(store)
    seen: list[int] = []

    async def follow() -> None:
        seen.extend([entry.seq async for entry in store.follow("r1")])

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(follow)
            await anyio.lowlevel.checkpoint()
            await store.append(turn())
            await store.append(over("r1", after=2))

    assert seen == [1, 2, 3]
    assert isinstance((await store.entries("r1"))[-1].event, RunFinished)
    assert [entry.seq async for entry in store.follow("r1", 3)] == []


async def test_a_buried_worker_of_the_memory_store_owns_nothing() -> None:
    """Tests simulate a death with it."""
    async with Memory() as store:
        await begin(store)
        await store.acquire("r1", "w1")
        store.bury("w1")

        assert await store.ready(NOON, "w2", 1) == ["r1"]
        assert await store.acquire("r1", "w2")


async def test_what_a_run_was_asked_for_is_its_first_entry(store: Store) -> None:
    """Read by itself, however long the journal is; of no run, an error."""
    await begin(store)
    await store.append(turn(changes=[claim()]))

    assert (await store.entries("r1"))[0].event == await store.request("r1")
    with pytest.raises(UnknownName):
        await store.request("nosuch")


async def test_a_run_begins_with_the_history_of_another_one(store: Store) -> None:
    """Each entry at its own time, in one journal with its own; where it comes from stands in its row."""
    history = [
        Entry(1, NOON, requested()),
        Entry(2, NOON + 1, TimerFired(timer="a")),
        Entry(3, NOON + 1, TimerFired(timer="b")),
    ]
    forked = RunForked(run="r2", origin="r1", seq=3, since=NOON + 1)
    new = dataclasses.replace(new_run("r2"), at=NOON + 9, origin="r1", history=history)
    row, fresh = await store.create(new, [forked])
    assert (True, 4, "r1", NOON + 9) == (fresh, row.last_seq, row.origin, row.updated_at)
    assert [*history, Entry(4, NOON + 9, forked)] == await store.entries("r2")
    assert [("r2", "r1")] == [(one.run, one.origin) for one in await store.runs(RunFilter())]
    assert ["r2"] == await store.ready(NOON + 9, "w", 10)
    await store.append(turn(run="r2", after=4, at=NOON + 10))
    assert 5 == len(await store.entries("r2"))


async def test_a_run_stays_with_another_text_of_its_plan(store: Store) -> None:
    """From the append on that says so; a fenced one changes nothing."""
    await begin(store)
    moved = PlanMigrated(plan_hash="new")
    with pytest.raises(Fenced):
        await store.append(turn(moved, after=7, changes=[PlanPinned(plan_hash="new")]))
    assert "hash" == (await store.run("r1")).plan_hash
    await store.append(turn(moved, changes=[PlanPinned(plan_hash="new")]))
    assert "new" == (await store.run("r1")).plan_hash
