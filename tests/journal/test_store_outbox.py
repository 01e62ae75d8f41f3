"""Conformance: the outbox of notices."""

from __future__ import annotations

import pytest

from holdfast.errors import UnknownName
from holdfast.journal.store import Answer, Store
from tests.journal.making import NOON, begin, closed, opened, turn

pytestmark = pytest.mark.anyio

HOOK, MAIL = "webhook http://a", "mail a@example.org"


async def asked(store: Store, *names: str) -> None:
    """One run that asks the boss these questions."""
    await begin(store)
    await store.append(turn(changes=[opened(name, to="boss") for name in names]))


async def test_an_opened_review_is_untold_until_its_notices_are_planned(store: Store) -> None:
    """With the review comes the fact that nobody was told; planning takes it away, for no channels too."""
    await asked(store, "r1.1", "r1.2", "r1.3")
    assert ["r1.1", "r1.2"] == await store.untold(2)
    await store.plan_notices("r1.1", [HOOK, MAIL], NOON + 2)
    await store.plan_notices("r1.2", [], NOON + 2)
    assert ["r1.3"] == await store.untold()
    assert [("r1.1", "boss", MAIL), ("r1.1", "boss", HOOK)] == [
        (notice.review, notice.queue, notice.channel) for notice in await store.notices()
    ]


async def test_a_review_that_needs_nobody_any_more_is_not_untold(store: Store) -> None:
    """It was answered, or closed, before anybody could be told."""
    await asked(store, "r1.1", "r1.2")
    await store.answer("r1.1", Answer(decision="approve"), NOON + 2)
    await store.append(turn(after=2, changes=[closed("withdrawn", "r1.2")]))
    assert [] == await store.untold()


async def test_planning_again_changes_nothing(store: Store) -> None:
    """Two processes may plan the same review at the same moment."""
    await asked(store, "r1.1")
    await store.plan_notices("r1.1", [HOOK], NOON + 2)
    before = await store.notices()
    await store.plan_notices("r1.1", [HOOK], NOON + 9)
    assert before == await store.notices()
    with pytest.raises(UnknownName, match="no review `r9"):
        await store.plan_notices("r9.1", [HOOK], NOON)


async def test_a_claimed_notice_is_out_of_reach_until_its_time(store: Store) -> None:
    """Nobody else sends it meanwhile; if nobody settles it, it comes up again and the try is counted."""
    await asked(store, "r1.1")
    await store.plan_notices("r1.1", [HOOK, MAIL], NOON)
    assert [] == await store.claim_notices(NOON - 1, NOON + 60)
    first = await store.claim_notices(NOON, NOON + 60, limit=1)
    assert [(HOOK, 1, NOON + 60)] == [(one.channel, one.attempts, one.due) for one in first]
    assert [MAIL] == [one.channel for one in await store.claim_notices(NOON, NOON + 60)]
    assert [] == await store.claim_notices(NOON + 59, NOON + 99)
    assert [(HOOK, 2), (MAIL, 2)] == [(n.channel, n.attempts) for n in await store.claim_notices(NOON + 60, NOON + 99)]


async def test_a_notice_is_settled_once_or_waits_for_its_next_try(store: Store) -> None:
    """Sent and given up are the end of it; waiting brings it back at its time, with what was wrong."""
    await asked(store, "r1.1")
    await store.plan_notices("r1.1", [HOOK, MAIL], NOON)
    hook, mail = await store.claim_notices(NOON, NOON + 60)
    await store.settle_notice(hook.id, "waiting", NOON + 5, "refused")
    await store.settle_notice(mail.id, "sent", NOON + 1)
    assert [] == await store.claim_notices(NOON + 4, NOON + 60)
    assert [(HOOK, "refused", 2)] == [
        (one.channel, one.error, one.attempts) for one in await store.claim_notices(NOON + 5, NOON + 60)
    ]
    await store.settle_notice(hook.id, "given_up", NOON + 6, "refused")
    assert [] == await store.claim_notices(NOON + 99, NOON + 100)
    assert [("given_up", NOON + 6)] == [(n.state, n.settled_at) for n in await store.notices(state="given_up")]
    assert [("sent", NOON + 1, "")] == [
        (n.state, n.settled_at, n.error) for n in await store.notices(state="sent", review="r1.1", limit=1)
    ]
