"""Conformance: pending operations and the subjects they hold (11-hard-cases 19)."""

from __future__ import annotations

import itertools

import anyio
import pytest

from holdfast.core.actions import (
    Change,
    EffectClaimed,
    PendingCleared,
    PendingHeld,
    PendingListed,
    SubjectReserved,
    SubjectWanted,
)
from holdfast.core.events import PendingReleased, SubjectDue, SubjectFreed, SubjectHeld
from holdfast.errors import StoreError, UnknownName
from holdfast.journal.store import ClaimRefused, PendingRow, Store
from tests.journal.making import NOON, begin, claim, mark, over, turn

pytestmark = pytest.mark.anyio

LEAD = "follow-up:7"


def reserve(address: str = "mail", subject: str = LEAD) -> SubjectReserved:
    """A mail about a lead is intended."""
    return SubjectReserved(subject=subject, address=address, tool="mail")


def listed(address: str = "mail", subject: str = LEAD) -> PendingListed:
    """It was sent, and is not visible yet."""
    return PendingListed(address=address, tool="mail", due=NOON + 60, subject=subject)


def cleared(address: str = "mail", subject: str = LEAD) -> PendingCleared:
    """It is visible."""
    return PendingCleared(address=address, subject=subject)


def kept(until: float = NOON + 100) -> PendingHeld:
    """Nothing confirmed it."""
    return PendingHeld(address="mail", until=until)


async def does(store: Store, run: str, *changes: Change, at: float = NOON + 1) -> None:
    """One turn of a run."""
    await store.append(turn(run=run, after=(await store.run(run)).last_seq, at=at, changes=changes))


async def told(store: Store, *runs: str) -> list[tuple[str, object]]:
    """What lies in the inboxes."""
    return [(item.run, item.observation) for item in await store.inbox(runs)]


STATES: dict[str, tuple[Change, ...]] = {
    "reserved": (reserve(),), "open": (reserve(), listed()), "held": (reserve(), listed(), kept()),
    "free": (reserve(), listed(), cleared()),
}  # fmt: skip


@pytest.mark.parametrize(("state", "same", "later"), list(itertools.product(STATES, (True, False), (0.0, 200.0))))
async def test_a_subject_is_reserved_or_it_is_said_who_holds_it(
    store: Store, state: str, same: bool, later: float
) -> None:
    """Every state, wanted again by the same operation and by another run, before and after a hold has run out."""
    await begin(store, "r1", "r2")
    await does(store, "r1", *STATES[state])
    free = same or state == "free" or (state == "held" and later > 100)
    run = "r1" if same else "r2"
    before = await store.run(run)

    if free:
        await does(store, run, reserve(), at=NOON + 2 + later)
        (row,) = await store.pending(NOON + 2 + later)
        assert (row.run, row.state, row.due) == (run, "reserved", None)
    else:
        with pytest.raises(ClaimRefused) as caught:
            await does(store, run, claim(), reserve(), at=NOON + 2 + later)
        until = NOON + 100 if state == "held" else None
        assert caught.value.observation == SubjectHeld(subject=LEAD, run="r1", address="mail", state=state, until=until)
        assert (await store.run(run)).last_seq == before.last_seq
        assert [] == await store.effects()


async def test_another_operation_of_the_same_run_is_another(store: Store) -> None:
    """Two steps about one subject: the second is refused like anybody."""
    await begin(store)
    await does(store, "r1", reserve())
    with pytest.raises(ClaimRefused) as caught:
        await does(store, "r1", reserve("again"))
    assert caught.value.observation == SubjectHeld(subject=LEAD, run="r1", address="mail", state="reserved")


async def test_all_that_is_held_is_said_at_once(store: Store) -> None:
    """A run that wants a hundred subjects decides again once, not a hundred times."""
    await begin(store, "r1", "r2")
    await does(store, "r1", reserve("a", "s1"), reserve("b", "s2"))
    with pytest.raises(ClaimRefused) as caught:
        await does(store, "r2", reserve("a", "s1"), reserve("b", "s2"), reserve("c", "s3"))
    assert ["s1", "s2"] == [one.subject for one in caught.value.observations if isinstance(one, SubjectHeld)]


async def test_a_run_frees_what_a_child_of_it_held(store: Store) -> None:
    """Where it has undone the child's effect; its own operation of the same name stays."""
    await begin(store, "r1", "r2")
    await does(store, "r1", reserve(), listed(), kept())
    await does(store, "r2", reserve("mail", "other"), PendingCleared(address="mail", subject=LEAD, run="r1"))
    assert [("r2", "other")] == [(row.run, row.subject) for row in await store.pending(NOON + 2)]
    await does(store, "r2", reserve("again", LEAD))


async def test_two_steps_of_one_turn_cannot_have_one_subject(store: Store) -> None:
    """Nothing of the turn is written."""
    await begin(store)
    with pytest.raises(ClaimRefused) as caught:
        await does(store, "r1", reserve("a"), reserve("b"))
    assert caught.value.observation == SubjectHeld(subject=LEAD, run="r1", address="a", state="reserved")
    assert [] == await store.pending(NOON)


async def test_one_turn_may_free_a_subject_and_take_it(store: Store) -> None:
    """In the order in which it was decided."""
    await begin(store)
    await does(store, "r1", reserve("a"))
    await does(store, "r1", cleared("a"), reserve("b"))
    assert ["b"] == [row.address for row in await store.pending(NOON)]


async def test_a_key_is_looked_at_before_a_subject(store: Store) -> None:
    """What the ledger knows already needs no subject."""
    await begin(store, "r1", "r2")
    await does(store, "r1", claim(), reserve())
    with pytest.raises(ClaimRefused) as caught:
        await does(store, "r2", EffectClaimed(tool="pay", key=claim().key, digest="ff", address="pay"), reserve())
    assert not isinstance(caught.value.observation, SubjectHeld)


async def test_a_pending_operation_is_listed(store: Store) -> None:
    """With its run, its tool, its subject and how long it is watched."""
    await begin(store, "r1", "r2")
    await does(store, "r1", reserve())
    await does(store, "r1", mark("succeeded"), listed(), at=NOON + 2)
    await does(store, "r2", listed("other", ""), at=NOON + 3)
    row = PendingRow(
        run="r1", address="mail", tool="mail", state="open", subject=LEAD, since=NOON + 1, due=NOON + 60
    )  # fmt: skip
    bare = PendingRow(run="r2", address="other", tool="mail", state="open", since=NOON + 3, due=NOON + 60)
    assert [row, bare] == await store.pending(NOON)
    assert [bare] == await store.pending(NOON, run="r2")
    assert [] == await store.pending(NOON, state="held")
    assert [row] == await store.pending(NOON, limit=1)
    await does(store, "r1", kept())
    assert ["held"] == [row.state for row in await store.pending(NOON, run="r1")]
    assert [] == await store.pending(NOON + 101, run="r1")


async def test_a_released_subject_wakes_whoever_has_waited_longest(store: Store) -> None:
    """One run at a time, in order; those that are over are passed over."""
    await begin(store, "r1", "r2", "r3", "r4")
    await does(store, "r1", reserve())
    for run in ("r2", "r3", "r4"):
        await does(store, run, SubjectWanted(subject=LEAD))
    await does(store, "r3", SubjectWanted(subject=LEAD))
    await store.append(over("r2", (await store.run("r2")).last_seq))
    assert [] == await told(store, "r2", "r3", "r4")
    await store.changed()
    await does(store, "r1", cleared())
    assert await store.changed()
    assert [("r3", SubjectFreed(subject=LEAD))] == await told(store, "r2", "r3", "r4")
    await does(store, "r3", reserve())
    await does(store, "r3", cleared())
    assert ["r3", "r4"] == [run for run, _ in await told(store, "r2", "r3", "r4")]


async def test_a_subject_that_is_free_already_wakes_at_once(store: Store) -> None:
    """It may be released between the refusal and the wish."""
    await begin(store)
    await does(store, "r1", SubjectWanted(subject=LEAD))
    assert [("r1", SubjectFreed(subject=LEAD))] == await told(store, "r1")


async def test_the_end_of_a_hold_is_told_to_whoever_has_waited_longest(store: Store) -> None:
    """They look again at that instant and not a minute later; the others have nothing to gain from it."""
    await begin(store, "r1", "r2", "r3")
    await does(store, "r1", reserve(), listed())
    for run in ("r2", "r3"):
        await does(store, run, SubjectWanted(subject=LEAD))
    await does(store, "r1", PendingHeld(address="mail", until=NOON + 100.123456, subject=LEAD))
    assert [("r2", SubjectDue(subject=LEAD, until=NOON + 100.123456))] == await told(store, "r1", "r2", "r3")


async def test_who_begins_to_wait_learns_how_long_a_hold_lasts(store: Store) -> None:
    """It may have begun between the refusal and the wish; who knows it already is told nothing."""
    await begin(store, "r1", "r2", "r3")
    await does(store, "r1", reserve(), listed(), kept(NOON + 100.123456))
    await does(store, "r2", SubjectWanted(subject=LEAD))
    await does(store, "r3", SubjectWanted(subject=LEAD, until=NOON + 100.123456))
    assert [("r2", SubjectDue(subject=LEAD, until=NOON + 100.123456))] == await told(store, "r2", "r3")
    with pytest.raises(ClaimRefused) as refused:
        await does(store, "r3", reserve("again"))
    assert [NOON + 100.123456] == [one.until for one in refused.value.observations if isinstance(one, SubjectHeld)]


async def test_a_person_releases_what_nobody_watches(store: Store) -> None:
    """The row is gone, and the next one is woken."""
    await begin(store, "r1", "r2")
    await does(store, "r1", reserve(), listed(), kept())
    await does(store, "r2", SubjectWanted(subject=LEAD, until=NOON + 100))
    row = await store.release_pending("r1", "mail", "ana", "", NOON + 5)
    assert (row.state, row.subject) == ("held", LEAD)
    assert [] == await store.pending(NOON)
    said = PendingReleased(address="mail", by="ana", at=NOON + 5)
    assert [("r2", SubjectFreed(subject=LEAD)), ("r1", said)] == await told(store, "r1", "r2")


async def test_the_run_of_an_open_operation_is_told(store: Store) -> None:
    """It is the run that settles it."""
    await begin(store)
    await does(store, "r1", reserve(), listed())
    await store.release_pending("r1", "mail", "ana", "seen", NOON + 5)
    assert [("r1", PendingReleased(address="mail", by="ana", reason="seen", at=NOON + 5))] == await told(store, "r1")
    assert ["open"] == [row.state for row in await store.pending(NOON)]


async def test_what_is_in_flight_cannot_be_released(store: Store) -> None:
    """Its effect is to be settled first; and what is not there cannot either."""
    await begin(store)
    await does(store, "r1", reserve())
    with pytest.raises(StoreError, match="settle it first"):
        await store.release_pending("r1", "mail", "ana", "", NOON + 5)
    with pytest.raises(UnknownName, match="pending operation"):
        await store.release_pending("r1", "nothing", "ana", "", NOON + 5)


async def test_of_many_runs_at_once_one_has_the_subject(store: Store) -> None:
    """Twenty appends in one batch; the others are told, and what else was in the batch is written."""
    runs = [f"run{number}" for number in range(20)]
    await begin(store, *runs, "calm")
    won: list[str] = []
    lost: list[object] = []

    async def grasp(run: str) -> None:
        try:
            await does(store, run, claim(f"ann:book:{run}:mail"), reserve())
        except ClaimRefused as refused:
            lost.append(type(refused.observation))
        else:
            won.append(run)

    async with anyio.create_task_group() as group:
        for run in runs:
            group.start_soon(grasp, run)
        group.start_soon(does, store, "calm")
    assert (1, [SubjectHeld] * 19) == (len(won), lost)
    assert won == [row.run for row in await store.pending(NOON)]
    assert 1 == len(await store.effects())
    assert 2 == (await store.run("calm")).last_seq


async def test_a_key_and_a_subject_are_both_named(store: Store) -> None:
    """Whoever meets the same effect in flight learns that its subject is held, and need not wait for the key."""
    await begin(store, "r1", "r2")
    await does(store, "r1", claim(), reserve())
    with pytest.raises(ClaimRefused) as caught:
        await does(store, "r2", claim(), reserve())
    assert ["EffectInFlight", "SubjectHeld"] == [type(one).__name__ for one in caught.value.observations]
