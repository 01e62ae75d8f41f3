"""Conformance: the effect ledger (3-interpreter-and-journal 2; 11-hard-cases 3 and 4)."""

from __future__ import annotations

import dataclasses
import itertools

import anyio
import pytest

from holdfast.core.actions import Change
from holdfast.core.events import EffectInFlight, EffectKnown, EffectMismatch, EffectUndone, EffectUnusable
from holdfast.errors import StoreError, UnknownName
from holdfast.journal.store import ClaimRefused, Store
from tests.journal.making import DIGEST, NOON, OTHER, begin, claim, mark, turn

pytestmark = pytest.mark.anyio

KEY = "ann:book:r1:pay"
STATES = ("intended", "succeeded", "failed", "unknown", "compensated", "unusable")


def outcome(state: str, same_run: bool, same_digest: bool) -> object:
    """The rule, said a third time and as a table: what stands against a claim of a key in this state."""
    if state == "failed":
        return None
    if state == "compensated":
        return EffectUndone(tool="pay", key=KEY, run="r1")
    if not same_digest:
        return EffectMismatch(tool="pay", key=KEY, run="r1")
    if state == "succeeded":
        return EffectKnown(tool="pay", key=KEY, value={"ok": 1})
    if state == "unusable":
        return EffectUnusable(tool="pay", key=KEY, run="r1")
    return None if same_run else EffectInFlight(tool="pay", key=KEY, run="r1")


@pytest.mark.parametrize(
    ("state", "same_run", "same_digest"), list(itertools.product(STATES, (True, False), (True, False)))
)
async def test_a_claim_is_granted_or_told_what_stands_against_it(
    store: Store, state: str, same_run: bool, same_digest: bool
) -> None:
    """Every state of the key, claimed again by the same and another run with the same and other arguments."""
    await begin(store, "r1", "r2")
    value = {"ok": 1} if state == "succeeded" else None
    await store.append(turn(changes=[claim()] if state == "intended" else [claim(), mark(state, value)]))
    run, after = ("r1", 2) if same_run else ("r2", 1)
    again = turn(run=run, after=after, at=NOON + 9, changes=[claim(digest=DIGEST if same_digest else OTHER)])
    expected = outcome(state, same_run, same_digest)
    before = await store.effects()

    if expected is None:
        await store.append(again)
        (row,) = await store.effects()
        assert (row.state, row.run, row.digest) == ("intended", run, DIGEST if same_digest else OTHER)
        assert (row.intended_at, row.settled_at, row.value) == (NOON + 9, None, None)
    else:
        with pytest.raises(ClaimRefused) as caught:
            await store.append(again)
        assert caught.value.observation == expected
        assert await store.effects() == before
        assert (await store.run(run)).last_seq == after


async def test_a_claimed_effect_is_in_the_ledger(store: Store) -> None:
    """With its tool, key, digest, run, address and time."""
    await begin(store)
    await store.append(turn(changes=[claim()]))
    (row,) = await store.effects()

    assert (row.tool, row.key, row.state, row.digest) == ("pay", KEY, "intended", DIGEST)
    assert (row.run, row.address, row.intended_at, row.settled_at, row.value) == ("r1", "pay", NOON + 1, None, None)


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("ann:book:r1:pay", "pay"),
        ("ann:book:r1:each%5B3%5D%2Fpay", "each[3]/pay"),
        ("ann:book:r1:pay%252", "pay%2"),
        ("my-own-key", "pay"),
        ("my:own:key:pay", "other"),
        ("a:b:c:d:e", "d:e"),
    ],
)
async def test_an_address_comes_back_whatever_the_key(store: Store, key: str, address: str) -> None:
    """Default keys end with it, escaped; others say nothing of it."""
    await begin(store)
    await store.append(turn(changes=[claim(key, address=address)]))

    assert [(row.key, row.address) for row in await store.effects()] == [(key, address)]


@pytest.mark.parametrize("digest", [DIGEST, DIGEST.upper(), "blake2b:12", "", "abc", "1" * 64])
async def test_a_digest_comes_back_and_counts_whatever_it_looks_like(store: Store, digest: str) -> None:
    """Hexadecimal ones are kept in half the space; that must not show."""
    await begin(store, "r1", "r2")
    await store.append(turn(changes=[claim(digest=digest), mark("succeeded", 1)]))

    assert [row.digest for row in await store.effects()] == [digest]
    with pytest.raises(ClaimRefused) as caught:
        await store.append(turn(run="r2", changes=[claim(digest=digest)]))
    assert isinstance(caught.value.observation, EffectKnown)


@pytest.mark.parametrize(
    ("state", "settled"),
    [
        ("succeeded", NOON + 7),
        ("failed", NOON + 7),
        ("unknown", None),
        ("compensated", NOON + 7),
        ("unusable", NOON + 7),
    ],
)
async def test_a_mark_says_what_became_of_it(store: Store, state: str, settled: float | None) -> None:
    """An unknown effect is not settled."""
    await begin(store)
    await store.append(turn(changes=[claim()]))
    await store.append(turn(after=2, at=NOON + 7, changes=[mark(state, [1])]))
    (row,) = await store.effects()

    assert (row.state, row.value, row.intended_at, row.settled_at) == (state, [1], NOON + 1, settled)


async def test_a_run_cannot_mark_what_another_holds(store: Store) -> None:
    """A late mark of a key that has passed to another run changes nothing."""
    await begin(store, "r1", "r2")
    await store.append(turn(changes=[claim(), mark("failed")]))
    await store.append(turn(run="r2", changes=[claim()]))
    await store.append(turn(after=2, changes=[mark("succeeded", 1)]))

    assert [(row.run, row.state) for row in await store.effects()] == [("r2", "intended")]


async def test_claims_and_marks_take_effect_in_their_order(store: Store) -> None:
    """Fail and claim again, settle another, claim a third: one append."""
    await begin(store)
    await store.append(turn(changes=[claim("a"), claim("b")]))
    changes: list[Change] = [
        mark("failed", key="a"),
        claim("a", OTHER),
        mark("unknown", key="b"),
        mark("succeeded", 2, key="b"),
        claim("c"),
    ]
    await store.append(turn(after=2, changes=changes))

    rows = {row.key: (row.state, row.digest, row.value) for row in await store.effects()}
    assert rows == {"a": ("intended", OTHER, None), "b": ("succeeded", DIGEST, 2), "c": ("intended", DIGEST, None)}


async def test_a_refused_claim_undoes_the_whole_append(store: Store) -> None:
    """Entries, summary, marks and the claims before it."""
    await begin(store, "r1", "r2")
    await store.append(turn(changes=[claim("a"), claim("b"), mark("succeeded", 5, key="b")]))
    await store.append(turn(run="r2", changes=[claim("c")]))

    with pytest.raises(ClaimRefused) as caught:
        await store.append(turn(run="r2", after=2, changes=[mark("succeeded", key="c"), claim("d"), claim("b")]))

    assert caught.value.observation == EffectKnown(tool="pay", key="b", value=5)
    assert {row.key: row.state for row in await store.effects()} == {"a": "intended", "b": "succeeded", "c": "intended"}
    assert (await store.run("r2")).last_seq == 2


async def test_of_twenty_claims_of_one_key_at_once_one_is_granted(store: Store) -> None:
    """The others are told that it is in flight, and by whom."""
    names = [f"r{number}" for number in range(20)]
    await begin(store, *names)
    refused: list[object] = []

    async def take(run: str) -> None:
        try:
            await store.append(turn(run=run, changes=[claim("k")]))
        except ClaimRefused as refusal:
            refused.append(refusal.observation)

    async with anyio.create_task_group() as tasks:
        for name in names:
            tasks.start_soon(take, name)

    (row,) = await store.effects()
    assert refused == [EffectInFlight(tool="pay", key="k", run=row.run)] * 19


async def test_many_claims_in_one_append(store: Store) -> None:
    """More than one statement can hold."""
    await begin(store)
    await store.append(turn(changes=[claim(f"k{number}") for number in range(2500)]))

    assert len(await store.effects(limit=9999)) == 2500


async def test_a_key_belongs_to_its_tool(store: Store) -> None:
    """The same key of another tool is another effect."""
    await begin(store, "r1", "r2")
    await store.append(turn(changes=[claim("k")]))
    other = claim("k").__class__(tool="refund", key="k", digest=OTHER, address="x")
    await store.append(turn(run="r2", at=NOON + 5, changes=[other]))

    assert [(row.tool, row.run) for row in await store.effects()] == [("refund", "r2"), ("pay", "r1")]


async def test_effects_are_listed_newest_first_and_every_filter_narrows(store: Store) -> None:
    """State, tool, run and limit."""
    await begin(store, "r1", "r2")
    await store.append(turn(changes=[claim("a"), claim("b"), mark("unknown", key="b")]))
    await store.append(turn(run="r2", changes=[claim("c")]))

    assert [row.key for row in await store.effects()] == ["c", "b", "a"]
    assert [row.key for row in await store.effects(limit=1)] == ["c"]
    assert [row.key for row in await store.effects(state="unknown")] == ["b"]
    assert [row.key for row in await store.effects(run="r1", state="intended")] == ["a"]
    assert await store.effects(tool="refund") == []
    with pytest.raises(StoreError, match="no effect state `lost`; there are intended"):
        await store.effects(state="lost")


@pytest.mark.parametrize("state", ["intended", "unknown"])
async def test_an_operator_settles_what_nobody_knows(store: Store, state: str) -> None:
    """With what he found out; a large value too."""
    await begin(store)
    await store.append(turn(changes=[claim(), mark(state)]))
    row = await store.resolve_effect("pay", KEY, "succeeded", "x" * 50_000, NOON + 3)

    assert (row.state, row.value, row.settled_at) == ("succeeded", "x" * 50_000, NOON + 3)
    assert await store.effects() == [row]


async def test_an_operator_gives_the_result_of_an_unusable_effect(store: Store) -> None:
    """That it took place is known, so it cannot be said to have failed; afterwards others reuse what was given."""
    await begin(store, "r1", "r2")
    await store.append(turn(changes=[claim(), mark("unusable")]))
    with pytest.raises(StoreError, match=r"is unusable: .* an unusable one as succeeded"):
        await store.resolve_effect("pay", KEY, "failed", None, NOON)
    row = await store.resolve_effect("pay", KEY, "succeeded", {"id": 1}, NOON + 3)
    assert (row.state, row.value) == ("succeeded", {"id": 1})
    with pytest.raises(ClaimRefused) as caught:
        await store.append(turn(run="r2", changes=[claim()]))
    assert EffectKnown(tool="pay", key=KEY, value={"id": 1}) == caught.value.observation


async def test_an_operator_cannot_change_what_is_known(store: Store) -> None:
    """Nor name a state that is none, nor an effect that is none."""
    await begin(store)
    await store.append(turn(changes=[claim(), mark("succeeded", 1)]))

    with pytest.raises(StoreError, match="is succeeded: only an unknown or a forgotten intended one"):
        await store.resolve_effect("pay", KEY, "failed", None, NOON)
    with pytest.raises(StoreError, match="cannot be resolved as `unknown`; say succeeded or failed"):
        await store.resolve_effect("pay", KEY, "unknown", None, NOON)
    with pytest.raises(UnknownName, match="no effect `pay nothing`"):
        await store.resolve_effect("pay", "nothing", "failed", None, NOON)


@pytest.mark.parametrize("state", ["intended", "unknown"])
async def test_another_step_of_the_same_run_has_to_wait_for_the_key(store: Store, state: str) -> None:
    """Two steps with one key are two intents: the second waits like any other run, in one append or in two."""
    await begin(store)
    first = claim()
    second = dataclasses.replace(first, address="elsewhere")
    in_flight = EffectInFlight(tool="pay", key=KEY, run="r1")
    with pytest.raises(ClaimRefused) as together:
        await store.append(turn(changes=[first, second]))
    assert (together.value.observation, await store.effects()) == (in_flight, [])
    await store.append(turn(changes=[first] if state == "intended" else [first, mark(state)]))
    with pytest.raises(ClaimRefused) as caught:
        await store.append(turn(after=2, changes=[second]))
    assert caught.value.observation == in_flight


async def test_zero_and_empty_text_are_values_like_others(store: Store) -> None:
    """What stands for an absent column where turns are written is no value and no key that there may be."""
    await begin(store)
    effects = [("0", 0), ("1", ""), ("2", None), ("3", False)]
    changes = [change for key, value in effects for change in (claim(key, address="~"), mark("succeeded", value, key))]

    await store.append(turn(changes=changes))

    assert effects == sorted((row.key, row.value) for row in await store.effects())
    assert {("~", NOON + 1)} == {(row.address, row.settled_at) for row in await store.effects()}
