"""One run in the hands of a Python program."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from holdfast.api.corrections import correct
from holdfast.core.events import Entry
from holdfast.engine.engine import Engine
from holdfast.engine.ward import ENDED, SETTLED, Ward
from holdfast.journal.store import RunRow
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.afterwards.comparison import Comparison
    from holdfast.afterwards.reason import Reason
    from holdfast.core.replay import Replay
    from holdfast.engine.migration import Migration
    from holdfast.plan.program import Plan

Data = Mapping[str, object]


@value
class Result:
    """What a run has come to.

    Args:
        status: `running`, `waiting`, `paused`, `succeeded`, `failed`, `aborted` or `cancelled`.
        output: the plan's output, once the run is over.
        error: `code`, `message` and more, if it failed.
        run: its id.
        task: the task it was started for; the run's id where none was given.
        plan: the plan's name.
        waiting: what it waits for, each with `for` (`review`, `event`, `timer`, `call`), `address`, `due`.
        spent: `calls`, `tokens`, `cost`, `failures`; once the run is over `elapsed`, seconds without pauses.
        pending: effects that are not confirmed, each with `address`, `subject`, `state` (open, unconfirmed).
        via: `fallback` where the plan's fallback gave the output.
        notes: what went wrong without changing the outcome.
    """

    status: str
    run: str
    task: str
    plan: str
    output: object = None
    error: Data | None = None
    waiting: Sequence[Data] = ()
    spent: Data = field(default_factory=dict[str, object])
    pending: Sequence[Data] = ()
    via: str = ""
    notes: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        """Whether the run succeeded."""
        return self.status == "succeeded"

    def to_data(self) -> dict[str, object]:
        """The document that `holdfast run --json` ends with."""
        return {
            "run": self.run,
            "task": self.task,
            "plan": self.plan,
            "status": self.status,
            "output": self.output,
            "error": self.error,
            "waiting": list(self.waiting),
            "spent": dict(self.spent),
            "pending": list(self.pending),
            **({"notes": list(self.notes)} if self.notes else {}),
        }


def result_of(row: RunRow) -> Result:
    """The result that a run's row holds."""
    held = row.result or {}
    return Result(
        status=row.status,
        run=row.run,
        task=row.task,
        plan=row.plan,
        output=held.get("output"),
        error=held.get("error"),  # type: ignore[arg-type]  # the interpreter's summary wrote it as a mapping
        waiting=row.waiting,
        spent=held.get("spent") or {},  # type: ignore[arg-type]  # the same
        pending=tuple(held.get("pending") or ()),  # type: ignore[arg-type]  # the same
        via=str(held.get("via") or ""),
        notes=tuple(held.get("notes") or ()),  # type: ignore[arg-type]  # the same
    )


class Run:
    """A run that was started or looked up. Made by `Holdfast`, not by hand."""

    def __init__(self, engine: Engine, run: str, ward: Ward | None) -> None:
        self._engine, self._id, self._ward = engine, run, ward

    def __repr__(self) -> str:
        return f"<holdfast.Run {self._id}>"

    @property
    def id(self) -> str:
        """The run's id."""
        return self._id

    async def row(self) -> RunRow:
        """The run as lists show it."""
        return await self._engine.store.run(self._id)

    async def entries(self, *, follow: bool = False) -> AsyncGenerator[Entry, None]:
        """The journal so far; with `follow`, also what is added, until the run is over."""
        if follow:
            async for entry in self._engine.store.follow(self._id):
                yield entry
        else:
            for entry in await self._engine.store.entries(self._id):
                yield entry

    async def result(self) -> Result:
        """What the run has come to, as soon as it is over, parked or paused.

        Raises StoreError when the store failed for too long, UnknownName when a tool is not registered; the run then
        stands where it stood and can be resumed.
        """
        if self._ward is not None:
            await self._ward.until(SETTLED)
        return result_of(await self.row())

    async def correct(self, *, by: str = "", **values: object) -> tuple[str, ...]:
        """Say that facts were wrong, as `Holdfast.correct` does: `await run.correct(airport="LGA", by="ana")`."""
        return await correct(self._engine, self.id, values, by)

    async def why(self, step: str = "") -> Reason:
        """Why a step came out as it did, in plain sentences; without a step, why the run ended as it did.

        Args:
            step: its id or address.

        Returns:
            `sentence`, the `entry` of the journal that it rests on, and `because`: the reasons behind it.

        Raises InputError (no such step, or several), StoreError.
        """
        from holdfast.afterwards.why import chronicle_of, reasons

        return reasons(await chronicle_of(self._engine.store, self._id), step)

    async def replay(self, plan: Plan | None = None) -> Replay:
        """Decide the run again from what its journal observed; nothing is called or written.

        Args:
            plan: another plan, to see where it would have decided otherwise; None: the run's own.

        Returns:
            `divergence`: the first decision that comes out differently; None: all agree.
        """
        from holdfast.core.replay import replay
        from holdfast.journal.erasure import need_values
        from holdfast.plan.family import family

        row = await self.row()
        own = plan or await self._engine.plans.get(row.plan_hash)
        links = {} if plan is None else family(plan).links
        entries = await self._engine.store.entries(self._id)
        need_values(self._id, entries)
        return replay(own, entries, links)

    async def diff(self, other: Run) -> Comparison:
        """This run beside another one: where they part, and what came of each.

        Returns:
            `same_plan`; `observation` and `decision`: the first that differ; `rows`: what differs besides; `differ`.

        Raises StoreError.
        """
        from holdfast.afterwards.comparison import compared
        from holdfast.afterwards.why import chronicle_of

        store = self._engine.store
        return compared(await chronicle_of(store, self._id), await chronicle_of(other._engine.store, other._id))

    async def migrate(self, plan: Plan, *, by: str = "", dry: bool = False) -> Migration:
        """Move the run to another version of its plan, if that would have decided everything so far in the same way.

        Args:
            plan: the new version.
            by: who says so.
            dry: only look whether it could.

        Returns:
            `moved`; `divergence`: what would have been decided otherwise, if it stays.

        Raises InputError (it is over, of another plan, or lacks an input), StoreError (it is being carried out).
        """
        from holdfast.engine.identity import worker_id
        from holdfast.engine.migration import migrate

        engine = self._engine
        return await migrate(
            engine.store, engine.registry, plan, self._id, at=engine.clock(), worker=worker_id(), by=by, dry=dry,
            shelf=engine.plans.shelf,
        )  # fmt: skip

    async def fork(
        self,
        at: int,
        *,
        inputs: Mapping[str, object] | None = None,
        facts: Mapping[str, object] | None = None,
        by: str = "",
    ) -> Run:
        """A new run that shares this one's history up to an entry, and goes on from there by itself once it is resumed.

        Args:
            at: the number of the last entry that is shared.
            inputs: those that are otherwise in the fork.
            facts: the same.
            by: who says so.

        Raises InputError (something of this run's is in the air there; the message names entries that would do).
        """
        from holdfast.engine.fork import fork

        engine, row = self._engine, await self.row()
        plan = await engine.plans.get(row.plan_hash)
        made = await fork(engine.store, plan, row, at, at=engine.clock(), inputs=inputs, facts=facts, by=by)
        return Run(engine, made.run, None)

    async def wait(self) -> Result:
        """The same, but only once the run is over: people and events are waited for, too."""
        ward = self._ward or await self._engine.resume(self._id)
        await ward.until(ENDED)
        return result_of(await self.row())
