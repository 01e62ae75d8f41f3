"""One world: runs of several plans, the processes that carry them out, people, and what goes wrong, out of a seed."""

from __future__ import annotations

import asyncio
import logging
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from holdfast.engine.engine import FINAL
from holdfast.errors import HoldfastError, StoreError
from holdfast.journal.memory import Memory
from holdfast.journal.store import RunFilter
from holdfast.plan.load import load_plan
from holdfast.plan.program import Plan
from holdfast.registry import Context, Tool
from holdfast.simulate.counterpart import Counterpart, Effect
from tests.chaos import laws
from tests.chaos.books import Books
from tests.chaos.copies import RESTORES, Copies
from tests.chaos.disk import Disk
from tests.chaos.laws import Broken, Tables
from tests.chaos.machine import Endless, Loop
from tests.chaos.nature import Nature
from tests.chaos.outside import Outside
from tests.chaos.process import Dead, Process, settings_of
from tests.chaos.truth import MemoryTruth, SqliteTruth, Truth
from tests.chaos.weather import Weather

BEGIN = 1_767_225_600.0
PLANS = Path(__file__).parent / "plans"
NAMES = ("work", "people", "shared", "saga", "family", "facts")
FAULTS = (
    "deaths", "sleeps", "leases", "clocks", "slow", "errors", "full", "readonly", "torn", "power", "leaves", "tools",
    "people", "signals",
)  # fmt: skip
"""Of which each world has some."""

CALM = 400.0
"""Virtual seconds after which nothing goes wrong any more."""

LONGEST = 1500.0
"""Virtual seconds after which everything has to be over."""


@cache
def plans() -> dict[str, Plan]:
    """The plans of all worlds, and of their children."""
    return {name: load_plan(PLANS / f"{name}.yaml") for name in NAMES}


class World:
    """What a seed makes.

    Args:
        seed: the same one gives the same world.
        kind: of the store: `memory` or `sqlite`; empty: drawn.
        faults: which of them there are; None: drawn.
    """

    def __init__(self, seed: int, kind: str = "", faults: Collection[str] | None = None) -> None:
        self.seed = seed
        chance = self.chance = random.Random(f"world {seed}")
        self.kind = kind or chance.choice(("memory", "sqlite"))
        self.faults = frozenset(chance.sample(FAULTS, chance.choice((0, 1, 2, 3, 5, len(FAULTS)))))
        if self.kind == "sqlite" and seed % 10 == 8:  # what other seeds mean stays what it was
            self.faults |= {RESTORES}
        if faults is not None:
            self.faults = frozenset(faults)
        self.leases = self.kind == "sqlite" and chance.random() < 0.2
        self.weather = Weather(chance, self.faults)
        self.workers, self.follow_all = chance.choice((1, 1, 2)), chance.random() < 0.7
        if "leases" in self.faults:
            self.workers, self.follow_all = 2, True  # somebody has to take for dead whom others take for dead
        self.pace = chance.choice((0.0, 0.0, 0.0, 2.0))
        """Seconds that a call takes."""
        self.plans = plans()
        self.books = Books(self)
        self.counterpart = Counterpart()
        self.doubtful: set[Effect] = set()
        self.told_of: dict[str, str] = {}
        self.lost: set[Effect] = set()
        """Effects of a time that nobody knows of any more."""
        self.heard_of: set[str] = set()
        """Results that somebody took."""
        self.story: list[tuple[float, str]] = []
        self.broken: list[Broken] = []
        self.over = False
        self.processes: list[Process] = []
        self._ids, self._names = Counter[str](), count(1)
        self._changed = 0
        self.errands: list[asyncio.Future[None]] = []
        self.tokens: list[tuple[str, object]] = []
        """Results that the other side will give later."""

    # --- the whole of it -------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Live to the end. Raises Broken."""
        self.loop = Loop(BEGIN)
        self.loop.set_exception_handler(self._unexpected)
        self.folder = Path(tempfile.mkdtemp(prefix="chaos-", dir=_fast()))
        ear = _Ear(self)
        log = logging.getLogger("holdfast.engine")
        log.addHandler(ear)
        log.propagate = False
        try:
            self.loop.run_until_complete(self._play())
        except Endless:
            self.break_law("ends", "it never comes to rest")
            self.over, self.loop.bounded = True, False
        finally:
            self._clean()
            log.removeHandler(ear)
            log.propagate = True
        if self.broken:
            raise self.broken[0]

    async def _play(self) -> None:
        self._store()
        nature, outside = Nature(self), Outside(self)
        self.outside = outside
        for _ in range(self.workers):
            await self.spawn()
        tasks = [
            asyncio.ensure_future(one)
            for one in (
                nature.reign(),
                outside.start_runs(),
                outside.people(),
                outside.signals(),
                outside.completions(),
            )
        ]
        if RESTORES in self.faults:
            tasks.append(asyncio.ensure_future(Copies(self).keep()))
        await self._until_over(outside, tasks)
        if not self.broken:
            await self._judge()

    async def _until_over(self, outside: Outside, tasks: list[asyncio.Future[None]]) -> None:
        while not self.broken:
            await asyncio.sleep(1.0)
            for task in tasks:
                if task.done() and (error := task.exception()) is not None:
                    self.break_law("total", f"who asks from outside is told {error!r}")
            now = self.loop.time() - BEGIN
            if now > CALM and not self.weather.calm:
                await self._calm_down()
            statuses = self.truth.statuses()
            if outside.started and all(status in FINAL for status in statuses.values()):
                return
            if now > LONGEST:
                left = {run: status for run, status in statuses.items() if status not in FINAL}
                self.break_law("ends", f"not over: {left or 'a start'}")

    async def _calm_down(self) -> None:
        """Nothing goes wrong from now on, and somebody sees to every run."""
        self.told("calm")
        self.weather.calm = True
        self.weather.full = self.weather.readonly = False
        for process in self.processes:
            process.skew = 0.0
        if self.faults & {
            "deaths",
            "sleeps",
            "leases",
            "power",
            "leaves",
            "errors",
            "full",
            "readonly",
            "torn",
            "slow",
            RESTORES,
        }:
            for process in list(self.processes):
                if not process.settings.follow_all:
                    process.die("for another to take its place")
            if not self.living():
                await self.spawn(follow_all=True)

    def _clean(self) -> None:
        self.over = True
        for process in self.processes:
            process.gone = True
            if process.store is not None and self.memory is None:
                process.store.kill()
            if process.engine is not None:
                process.engine._closing = True
        self.loop.bounded = False
        while tasks := asyncio.all_tasks(self.loop):
            for task in tasks:
                task.cancel()
            self.loop.run_until_complete(asyncio.wait(tasks, timeout=600.0))
        self.truth.close()
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- the store -------------------------------------------------------------------------------------------------

    def _store(self) -> None:
        self.memory = Memory() if self.kind == "memory" else None
        self.path = self.folder / "runs.db"
        self.disk: Disk | None = None
        self.truth: Truth
        if self.memory is not None:
            self.truth = MemoryTruth(self.memory)
            return
        self.path.write_bytes(_template())
        self.mount()

    def mount(self) -> None:
        """Look at the files as they are now."""
        self.truth = SqliteTruth(self.path)
        self.disk = Disk(self.path) if "power" in self.faults else None

    def committed(self, *, synced: bool) -> None:
        """A commit has returned."""
        if self.disk is not None:
            self.disk.settled(synced=synced)

    def lose_power(self) -> None:
        """All processes are gone, and the disk holds what it holds."""
        assert self.disk is not None
        self.told("the power fails")
        left = self.disk.crash(self.chance)
        for process in list(self.processes):
            process.die("with the power")
        self.truth.close()
        self._changed += 1
        self.path = self.folder / f"runs{self._changed}.db"
        left.put(self.path)
        self.mount()

    # --- processes -------------------------------------------------------------------------------------------------

    def living(self) -> list[Process]:
        """Processes that somebody outside can ask something."""
        return [process for process in self.processes if process.usable]

    async def spawn(self, *, follow_all: bool | None = None) -> None:
        """Another process begins; where the store cannot be opened it tries again later."""
        while not self.over:
            follows = (self.follow_all or self.weather.calm) if follow_all is None else follow_all
            process = Process(self, f"w{next(self._names)}", settings_of(self, follow_all=follows))
            self.processes.append(process)
            try:
                await process.begin()
            except Dead:
                return
            except StoreError as error:
                process.told(f"cannot open the store: {error}")
                process.gone = True
                if self.memory is None:
                    process.store.kill()
                await asyncio.sleep(2.0)
            else:
                if not process.gone:
                    process.told("lives")
                return

    def bereft(self) -> None:
        """Somebody starts another one in its place."""
        if not self.over:
            self.loop.call_later(self.chance.choice((0.1, 2.0, 40.0)), self._replace)

    def _replace(self) -> None:
        if not self.over and len([one for one in self.processes if not one.gone]) < self.workers:
            self.errands.append(asyncio.ensure_future(self.spawn()))

    def new_id(self, plan: str, _at: float) -> str:
        """The id of a run."""
        self._ids[plan] += 1
        return f"{plan}-{self._ids[plan]}"

    def plan_of(self, plan_hash: str) -> Plan:
        """A plan by its hash."""
        return _by_hash()[plan_hash]

    # --- the other side --------------------------------------------------------------------------------------------

    def way_of(self, tool: Tool, ctx: Context) -> str:
        """How a request goes."""
        done = self.counterpart.done.get((tool.name, ctx.idempotency_key))
        way = {"tools": self.chance.choice(("refused", "lost", "unheard")), "slow": "slow"}.get(
            self.weather.draw("tools", "slow") or "", "well"
        )
        return "well" if done is not None and way in {"refused", "lost"} else way

    def happen(self, tool: Tool, ctx: Context, token: str) -> object:
        """A request arrives: what it gives."""
        value = f"{tool.name}-{sum(self.counterpart.effects.values()) + 1}"
        given = self.counterpart.happen(tool.contract, ctx.idempotency_key, ctx.step, value, self.loop.time())
        laws.happened(self, tool, ctx)
        if token:
            self.tokens.append((token, given))
        return given

    # --- what is said ----------------------------------------------------------------------------------------------

    def told(self, what: str) -> None:
        """Something for the story."""
        self.story.append((self.loop.time() - BEGIN, what))

    def break_law(self, law: str, said: str) -> None:
        """A law does not hold: the world ends."""
        self.told(f"*** {law}: {said}")
        self.broken.append(Broken(law, said))

    def _unexpected(self, _loop: Any, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not self.over and not isinstance(error, Dead | HoldfastError):
            self.break_law("total", f"{context.get('message')}: {error!r}")

    async def _judge(self) -> None:
        self.weather.calm = True
        judge = Process(self, "judge", settings_of(self, follow_all=False))
        self.processes.append(judge)
        await judge.begin()
        store = judge.store
        try:
            rows = await store.runs(RunFilter(limit=1_000))
            journals = {row.run: await store.entries(row.run) for row in rows}
            tables = Tables(
                await store.effects(limit=10_000),
                await store.review_history(0.0),
                await store.pending(self.loop.time()),
            )
            laws.judge(self, rows, journals, tables)
        except StoreError as error:
            self.break_law("whole", str(error))
        except Broken as broken:
            self.break_law(broken.law, broken.said)


class _Ear(logging.Handler):
    """Hears what the engine calls its own faults."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not self._world.over and not isinstance(error, Dead):
            self._world.break_law("total", f"{record.getMessage()}: {error!r}")
        elif record.levelno >= logging.WARNING:
            self._world.told(record.getMessage())


def _fast() -> str | None:
    """A place where waiting for the disk takes no time: what reaches it is the world's own model."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own is made there


@cache
def _by_hash() -> dict[str, Plan]:
    child = load_plan(PLANS / "parts" / "child.yaml")
    return {plan.hash: plan for plan in (*plans().values(), child)}


def _template() -> bytes:
    """An empty store as a file, made once for each version of its tables."""
    from holdfast.journal.sqlite import schema

    known = _TEMPLATES.get(id(schema.MIGRATIONS))
    if known is None:
        from holdfast.journal.sqlite.connection import connect

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "runs.db"
            connect(str(path), "process", writes=True).close()
            known = _TEMPLATES[id(schema.MIGRATIONS)] = path.read_bytes()
    return known


_TEMPLATES: dict[int, bytes] = {}
