"""A parked run moves to another version of its plan, or stays, whatever happens on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

import holdfast
from holdfast import InputError, tool
from holdfast.core.events import PlanMigrated, ReviewRequested
from holdfast.engine.migration import migrate
from holdfast.errors import Fenced, StoreError
from holdfast.journal.store import Append
from tests.engine.world import STORES, kinds, plan, session

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("store", STORES)]


@tool("probe.echo", effect="read")
async def echo(text: str = "x") -> str:
    """The text."""
    return text


@tool("probe.put", effect="write", idempotency="key")
async def put(text: str) -> str:
    """What was put."""
    return f"put {text}"


ASK = """
    inputs: {name: {type: string, default: Ana}}
    steps:
      - {id: ask, ask: {to: requester, question: Which?, options: [JFK, LGA]}}
      - {id: say, tool: probe.echo, with: {text: "{{ steps.ask.output }}"}}
    output: "{{ steps.say.output }}"
"""
LATER = ASK.replace("tool: probe.echo", "tool: probe.put").replace(
    "default: Ana}}", "default: Ana}, city: {type: string, default: Rome}}"
).replace("{{ steps.say.output }}", "{{ steps.say.output }} in {{ inputs.city }}")  # fmt: skip
OTHER = ASK.replace("Which?", "Which one?")


async def parked(hf: holdfast.Holdfast) -> holdfast.Run:
    """A run that waits for an answer."""
    run = await hf.start(plan(ASK))
    assert "waiting" == (await run.result()).status
    return run


async def test_a_run_goes_on_under_the_version_that_agrees(store: str, tmp_path: Path) -> None:
    """A tool and an input it did not know are there; its journal replays under the new version."""
    async with session(store, tmp_path, echo, put, linger=0.0) as hf:
        run = await parked(hf)
        before = await kinds(run)
        looked = await run.migrate(plan(LATER), dry=True)
        assert (True, False, before) == (looked.agrees, looked.moved, await kinds(run))
        moved = await run.migrate(plan(LATER), by="ana")
        assert (True, plan(ASK).hash, plan(LATER).hash) == (moved.moved, moved.before, moved.after)
        assert plan(LATER).hash == (await run.row()).plan_hash
        again = await run.migrate(plan(LATER))
        assert (True, False) == (again.agrees, again.moved)
        (review,) = await hf.reviews(run=run.id)
        await hf.answer(review.review.id, "LGA", by="ana")
        result = await (await hf.resume(run.id)).wait()
        assert ("succeeded", "put LGA in Rome") == (result.status, result.output)
        assert None is (await run.replay()).divergence
        assert ["PlanMigrated"] == [kind for kind in await kinds(run) if kind == "PlanMigrated"]


async def test_a_run_that_would_have_decided_otherwise_stays(store: str, tmp_path: Path) -> None:
    """Nothing is written; the difference is given."""
    async with session(store, tmp_path, echo, linger=0.0) as hf:
        run = await parked(hf)
        before = await run.row()
        stays = await run.migrate(plan(OTHER))
        assert (False, False) == (stays.agrees, stays.moved)
        assert isinstance(stays.divergence and stays.divergence.decided, ReviewRequested)
        assert before == await run.row()


async def test_what_cannot_move_at_all(store: str, tmp_path: Path) -> None:
    """A run of another plan, one that is over, one that lacks an input of the new version."""
    needs = ASK.replace("default: Ana}}", "default: Ana}, city: {type: string}}")
    async with session(store, tmp_path, echo, linger=0.0) as hf:
        run = await parked(hf)
        with pytest.raises(InputError, match="is one of plan `probe`, not of `other`"):
            await run.migrate(plan(ASK, "other"))
        with pytest.raises(InputError, match="needs the input `city`, which run"):
            await run.migrate(plan(needs))
        await hf.cancel(run.id)
        await (await hf.resume(run.id)).wait()
        with pytest.raises(InputError, match="is over"):
            await run.migrate(plan(LATER))


async def test_a_worker_that_has_the_run_is_not_disturbed(store: str, tmp_path: Path) -> None:
    """Neither one that held it before, nor one that comes while it is moved: that one is fenced, or the move is."""
    async with session(store, tmp_path, echo, put, linger=0.0) as hf:
        run = await parked(hf)
        about = {"at": 0.0, "worker": "9-mover"}
        inner = hf._store  # the store itself: a worker elsewhere
        assert await inner.acquire(run.id, "8-other" if store == "memory" else hf._engine.worker)
        with pytest.raises(StoreError, match="is being carried out just now"):
            await migrate(inner, hf.tools, plan(LATER), run.id, **about)
        await inner.release(run.id, "8-other" if store == "memory" else hf._engine.worker)
        row = await run.row()
        moved = Append(run=run.id, after=row.last_seq, at=row.updated_at, events=[PlanMigrated(plan_hash="x")])
        await migrate(inner, hf.tools, plan(LATER), run.id, **about)
        with pytest.raises(Fenced):
            await inner.append(moved)
        assert "" == (await run.row()).owner


class Dying:
    """A store whose process dies before, or after, the append of the move."""

    def __init__(self, inner: object, *, after: bool) -> None:
        self._inner, self._after = inner, after

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def append(self, append: Append) -> None:
        """The moment of death."""
        if self._after:
            await self._inner.append(append)  # type: ignore[attr-defined]
        raise SystemExit


@pytest.mark.parametrize("after", [False, True])
async def test_death_on_the_way_leaves_the_old_or_the_new(store: str, tmp_path: Path, after: bool) -> None:
    """Never a run whose row and journal disagree; the move again makes it whole."""
    async with session(store, tmp_path, echo, put, linger=0.0) as hf:
        run = await parked(hf)
        dying = Dying(hf._store, after=after)
        with pytest.raises(SystemExit):
            await migrate(dying, hf.tools, plan(LATER), run.id, at=0.0, worker="9-m")  # type: ignore[arg-type]
        told = "PlanMigrated" in await kinds(run)
        assert (after, plan(LATER).hash if after else plan(ASK).hash) == (told, (await run.row()).plan_hash)
        assert (await run.migrate(plan(LATER))).agrees
        (review,) = await hf.reviews(run=run.id)
        await hf.answer(review.review.id, "JFK")
        assert "put JFK in Rome" == (await (await hf.resume(run.id)).wait()).output
        assert None is (await run.replay()).divergence
