"""A Python program's hold on a store: start runs, look, decide (6-interfaces, Python)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.api.answers import checked_answer
from holdfast.api.completing import check_fits, check_waits, completed
from holdfast.api.corrections import correct
from holdfast.api.decisions import AnyDecision, Decision
from holdfast.api.run import Run
from holdfast.api.staff import staff
from holdfast.config import Config, load_config
from holdfast.core.events import SignalReceived
from holdfast.engine.durable import Trouble
from holdfast.engine.engine import FINAL, Engine
from holdfast.engine.settings import Settings
from holdfast.errors import InputError
from holdfast.journal.address import shelf_beside
from holdfast.journal.open import open_store
from holdfast.journal.store import Durability, EffectRow, PendingRow, ReviewRow, RunFilter, RunRow
from holdfast.keys import keys
from holdfast.plan.program import Plan
from holdfast.registry import Registry, load_registry
from holdfast.registry.context import digest_of
from holdfast.registry.data import NotData, plain

if TYPE_CHECKING:
    from holdfast.people.office import Office

EVERY: Final = 1_000_000
"""More runs than `resume_all` will ever find."""

MOST: Final = 1_000_000
"""The highest priority, and the lowest below zero."""


class Holdfast:
    """An open store with an engine over it. Made by `holdfast.open`.

    Args:
        engine: the engine, entered.
        office: the people of an installation that has a policy.
    """

    def __init__(self, engine: Engine, office: Office | None = None) -> None:
        self._engine, self._office = engine, office
        self._store = engine.store
        self._checked = set[tuple[str, str]]()

    @property
    def tools(self) -> Registry:
        """The registered tools."""
        return self._engine.registry

    # --- runs ------------------------------------------------------------------------------------------------------

    async def start(
        self,
        plan: Plan | str | Path,
        *,
        inputs: Mapping[str, object] | None = None,
        task: str | None = None,
        user: str = "local",
        priority: int = 0,
    ) -> Run:
        """Start a plan. The same user, plan and task again give the same run, gone on with if it had stopped.

        Args:
            plan: a plan from `load_plan`, or the path of its file.
            inputs: as the plan declares them.
            task: names the run in the user's terms; None: the run's own id, so always a new run.
            user: on whose behalf; part of every idempotency key.
            priority: higher goes first while runs wait for their turn.

        Raises InputError, PlanError, UnknownName (a tool that is not registered), StoreError.
        """
        if not isinstance(plan, Plan):
            from holdfast.plan.load import load_plan

            plan = load_plan(plan, self._engine.plans.shelf)
        self._check(plan)
        self._see_secrets("the inputs", dict(inputs or {}))
        ward = await self._engine.start(plan, inputs=inputs, task=task, user=user, priority=priority)
        return Run(self._engine, ward.run, ward)

    def _see_secrets(self, what: str, data: object) -> None:
        """What people say is kept as they say it, so it must not be a secret. Raises InputError."""
        resources = self._engine.calls.workplace.resources
        if resources.hidden(data) != data:
            raise InputError(
                f"{what} would show the value of a secret that is configured here, and stand in the journal for ever: "
                "give its name to the plan instead (`secret: true` inputs, `{{ secrets.NAME }}`)"
            )

    def trust(self, plan: Plan) -> None:
        """Start this plan without looking at it again: whoever calls has linted it with these tools."""
        self._checked.add((plan.hash, plan.file))

    def _check(self, plan: Plan) -> None:
        """Once for each plan. Raises PlanError: with what profile `basic` of `holdfast lint` calls errors."""
        if (plan.hash, plan.file) in self._checked or not all(name in self.tools for name in plan.tools):
            return  # a tool that is missing is told by its own error, before anything else
        from holdfast.lint.admission import checked

        checked(plan, self.tools, self._engine.plans.shelf)
        self.trust(plan)

    async def get(self, run: str) -> Run:
        """A run by its id or an unambiguous beginning of it, without going on with it. Raises UnknownName."""
        row = await self._store.run(run)
        return Run(self._engine, row.run, self._engine.wards.get(row.run))

    async def resume(self, run: str) -> Run:
        """Go on with a run that was parked or whose process died, and those that wait for it. Raises UnknownName."""
        for above in reversed(await self.above(run)):
            await self._engine.resume(above.run)
        ward = await self._engine.resume(run)
        return Run(self._engine, ward.run, ward)

    async def above(self, run: str) -> list[RunRow]:
        """The runs that wait for this one and are not over, its parent first. Raises UnknownName."""
        rows = [await self._store.run(run)]
        while rows[-1].parent and (row := await self._store.run(rows[-1].parent)).status not in FINAL:
            rows.append(row)
        return rows[1:]

    async def resume_all(self) -> list[Run]:
        """Go on with every run of the store that is not over, the newest first."""
        rows = await self._store.runs(RunFilter(status=("running", "waiting", "paused"), limit=EVERY))
        return [await self.resume(row.run) for row in rows]

    async def runs(
        self,
        *,
        plan: str | None = None,
        status: Sequence[str] = (),
        task: str | None = None,
        user: str | None = None,
        parent: str | None = None,
        limit: int = 100,
    ) -> list[RunRow]:
        """Runs as lists show them, the newest first; every argument narrows. `parent`: only this run's children."""
        which = RunFilter(plan=plan, status=status, task=task, user=user, parent=parent, limit=limit)
        return await self._store.runs(which)

    async def effects(
        self, *, state: str | None = None, tool: str | None = None, run: str | None = None, limit: int = 100
    ) -> list[EffectRow]:
        """Rows of the effect ledger, the newest first. States: intended, succeeded, failed, unknown, compensated."""
        return await self._store.effects(state=state, tool=tool, run=run, limit=limit)

    # --- people ----------------------------------------------------------------------------------------------------

    async def reviews(
        self, *, state: str = "open", run: str | None = None, to: str | None = None, limit: int = 100
    ) -> list[ReviewRow]:
        """Reviews, the most urgent first. States: open, answered, closed."""
        return await self._store.reviews(state=state, run=run, to=to, limit=limit)

    async def decide(
        self, review: str, decision: AnyDecision, *, source: str = "python", looked: float | None = None
    ) -> ReviewRow:
        """Record what a person decided, durably; the run goes on with it wherever it lives.

        Args:
            review: its id.
            decision: what the person said.
            source: where it was said, for the journal.
            looked: for how many seconds the person looked at the review; None: unknown.

        Raises ReviewError (it does not fit, the review is closed, another answer was first, or it is not for this
        person to decide), UnknownName.
        """
        row = await self._store.review(review)
        if self._office is not None:
            self._office.admit(row, decision.by)
        answer = checked_answer(row.review, decision, self._engine.registry)
        self._see_secrets("what you say", [answer.value, answer.reason])
        answer = replace(answer, source=source, looked=looked)
        recorded = await self._store.answer(row.review.id, answer, self._engine.clock())
        await self._engine.notice(row.run)
        return recorded

    def may_decide(self, row: ReviewRow, by: str) -> bool:
        """Whether the policy of the installation lets this person decide a review."""
        return self._office is None or self._office.lets(row, by)

    async def answer(self, review: str, value: object, *, by: str = "", reason: str = "") -> ReviewRow:
        """Answer a question or choose an option, whichever the review asks for. Raises as `decide`."""
        row = await self._store.review(review)
        kind = "choose" if "choose" in row.review.decisions else "answer"
        return await self.decide(review, Decision(kind, value, by, reason))

    # --- pending operations ----------------------------------------------------------------------------------------

    async def pending(
        self, *, state: str | None = None, run: str | None = None, subject: str | None = None, limit: int = 100
    ) -> list[PendingRow]:
        """Effects that are not confirmed yet and subjects that are held, the oldest first.

        States: reserved, open, held.
        """
        return await self._store.pending(self._engine.clock(), state=state, run=run, subject=subject, limit=limit)

    async def release_pending(self, run: str, address: str, *, by: str = "", reason: str = "") -> PendingRow:
        """Say that an effect needs no confirmation any more: its subject is free for everybody.

        Raises UnknownName; StoreError while the effect is in flight or unknown.
        """
        row = await self._store.release_pending(run, address, by, reason, self._engine.clock())
        await self._engine.notice(run)
        return row

    # --- results that come later -----------------------------------------------------------------------------------

    async def complete(
        self, token: str, value: object = None, *, error: str | None = None, message: str = "", by: str = ""
    ) -> str:
        """Give the result of a call that was deferred, by the token its tool asked for; or say how it failed.

        Args:
            token: from `ctx.callback()`; serves once, but the same result again is accepted as one.
            value: what the call gave.
            error: an error code, if it failed.
            message: more about the error.
            by: who says so.

        Returns:
            The run's id.

        Raises UnknownName (no such token), CallbackError (used, or nothing waits any more), InputError.
        """
        digest = digest_of(token)
        row = await self._store.callback(digest)
        said = completed(row.address, row.key, value, error, message, by)
        check_fits(row, said, self._engine.registry)
        self._see_secrets("the result", [value, message])
        await self._store.complete(digest, said, self._engine.clock())
        await self._engine.notice(row.run)
        return row.run

    async def complete_step(
        self, run: str, address: str, value: object = None, *, error: str | None = None, message: str = "", by: str = ""
    ) -> str:
        """The same for a person who has no token and knows what became of it. Raises UnknownName, InputError."""
        row = await self._store.run(run)
        check_waits(row, address)
        self._see_secrets("the result", [value, message])
        await self._store.signal(row.run, completed(address, "", value, error, message, by), self._engine.clock())
        await self._engine.notice(row.run)
        return row.run

    # --- signals ---------------------------------------------------------------------------------------------------

    async def signal(self, run: str, name: str, payload: object = None, *, by: str = "") -> None:
        """Send an event to a run that waits, or will wait, for it.

        Raises UnknownName; InputError, too where the plan waits for no event of this name; StoreError; EventRefused
        when the run keeps as many events as its plan allows.
        """
        from holdfast.api.events import see_event

        try:
            data = plain(payload)
        except NotData as fault:
            raise InputError(f"the payload of event `{name}` cannot be journaled: {fault}") from None
        self._see_secrets("the payload", data)
        row = await self._store.run(run)
        if row.status not in FINAL:
            await see_event(self._engine, self._store, row, name)
        await self._signal(run, SignalReceived(signal="event", name=name, payload=data, by=by))

    async def correct(self, run: str, values: Mapping[str, object], *, by: str = "") -> tuple[str, ...]:
        """Say that facts of a run were wrong: what rests on them is done again, and undone where it wrote.

        Gives the names of the facts whose value is another one now: none, where everything was said already.

        Args:
            run: its id, an unambiguous beginning of it, or its task.
            values: the right values, by fact.
            by: who says so.

        Raises:
            InputError: the run is over, a fact is unknown, or a value is no data or not what its `ask` would take.
            UnknownName: there is no such run.
        """
        self._see_secrets("what you say", dict(values))
        return await correct(self._engine, run, values, by)

    async def cancel(self, run: str, *, by: str = "") -> None:
        """Stop a run: writes in flight are settled, effects compensated as the plan says. Raises UnknownName."""
        await self._signal(run, SignalReceived(signal="cancel", by=by))

    async def pause(self, run: str, *, by: str = "") -> None:
        """Begin nothing new in a run until `unpause`; its deadlines stand still. Raises UnknownName."""
        await self._signal(run, SignalReceived(signal="pause", by=by))

    async def unpause(self, run: str, *, by: str = "") -> None:
        """Let a paused run go on. Raises UnknownName."""
        await self._signal(run, SignalReceived(signal="unpause", by=by))

    async def prioritise(self, run: str, priority: int, *, by: str = "") -> None:
        """Give a run another priority: of runs that wait for their turn, the higher goes first.

        Holds at once, for a run that is queued, parked or in memory, and for children it starts later.

        Args:
            run: its id, an unambiguous beginning of it, or its task.
            priority: a whole number from -1,000,000 to 1,000,000; 0 is usual, a minute of waiting is worth one.
            by: who says so.

        Raises UnknownName; InputError (no such number, or the run is over).
        """
        await self._signal(run, SignalReceived(signal="prioritise", payload=checked_priority(priority), by=by))

    async def _signal(self, run: str, observation: SignalReceived) -> None:
        row = await self._store.run(run)
        if row.status in FINAL:
            raise InputError(f"run {row.run} is over ({row.status}): nothing reaches it any more")
        await self._store.signal(row.run, observation, self._engine.clock())
        await self._engine.notice(row.run)


def checked_priority(priority: object) -> int:
    """A priority that a run may have. Raises InputError."""
    if not isinstance(priority, int) or isinstance(priority, bool) or abs(priority) > MOST:
        raise InputError(f"`{priority}` is no priority: a whole number from -{MOST:,} to {MOST:,}, higher goes first")
    return priority


@contextlib.asynccontextmanager
async def open_session(
    store: str | None = None,
    *,
    tools: Iterable[object] = (),
    config: Config | str | Path | None = None,
    durability: Durability | None = None,
    clock: Callable[[], float] = time.time,
    settings: Settings | None = None,
    trouble: Trouble | None = None,
) -> AsyncGenerator[Holdfast, None]:
    """Open a store and an engine over it: `async with holdfast.open(...) as hf`.

    On leaving, calls in flight get a grace time to end; every run that is not over stays resumable.

    Args:
        store: `sqlite:PATH`, a plain path, or `memory:` for tests; None: what the configuration says, or
            `sqlite:.holdfast/runs.db`.
        tools: functions made with `@tool`, modules or packages that hold some, or paths of such files; besides those
            that the configuration names and those of installed packages.
        config: the path of a `holdfast.toml`; None: no configuration.
        durability: `power` survives a loss of power, `process` a kill -9; None: what the configuration says.
        clock: seconds since 1970; the only clock that runs see.
        settings: limits of the engine.
        trouble: told in one sentence when the store fails, and when it is well again; None: the log is.

    Raises ConfigError, StoreError, PolicyError (the policy that the configuration names is broken).
    """
    said = Config() if config is None else config if isinstance(config, Config) else load_config(config)
    registry = load_registry([*(said.tools or ()), *tools], settings=said.settings, permission=said.permission)
    limits, url = settings or Settings(), store or said.store
    if said.concurrency is not None:
        limits = replace(limits, max_calls=said.concurrency)
    shelf, held = shelf_beside(url), keys(said)
    durable = durability or said.durability
    async with (
        open_store(url, durability=durable, digest_key=held.digest_key, old_keys=held.old_keys) as opened,
        staff(opened, said, trouble, clock, shelf) as office,
        Engine(opened, registry, limits, clock=clock, secrets=said.secrets, trouble=trouble, shelf=shelf) as engine,
    ):
        if office is not None:
            office.rule(engine)
        yield Holdfast(engine, office)
