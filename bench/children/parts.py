"""What a step of many runs is made of: its parts one by one, in microseconds of processor time.

Each is the least of many short repetitions, so a busy machine adds little. Parts of the event loop's thread add up to
what one step takes of it at best; that of the writing thread runs beside them, as far as the interpreter lock lets it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from ours import literal, put
from work import World, loop_factory

from holdfast.core.actions import CallTool, Turn
from holdfast.core.events import CallReturned, Observation, RunRequested
from holdfast.core.interpreter import Interpreter
from holdfast.core.keys import call_digest
from holdfast.engine.calls import Call, Calls
from holdfast.engine.invoke import Caller
from holdfast.engine.settings import Settings
from holdfast.journal import codec
from holdfast.journal.digest import Chain
from holdfast.journal.sqlite import runs, turns
from holdfast.journal.sqlite.connection import connect
from holdfast.journal.sqlite.lane import Request
from holdfast.journal.sqlite.writer import Writer
from holdfast.journal.store import Append, NewRun
from holdfast.plan.program import Plan
from holdfast.registry import Registry, Resources, load_registry

STEPS = 1_000
SHORT = 40
TOGETHER = 50
"""Runs whose appends are one transaction."""

REPEATS = 15
NOON = 1_750_000_000.0


Parts = dict[str, float]


def least(work: Callable[[], int]) -> float:
    """Microseconds per item; `work` gives how many it did."""
    found: list[float] = []
    for _ in range(REPEATS):
        gc.collect()
        began = time.thread_time()
        count = work()
        found.append((time.thread_time() - began) / count)
    return 1e6 * min(found)


def played(plan: Plan, run: str, registry: Registry) -> list[Turn]:
    """All turns of one run of no-op steps."""
    mind = Interpreter(plan)
    observation: Observation = RunRequested(
        run=run, plan=plan.name, plan_hash=plan.hash, task=run, user="local", inputs={},
        contracts=registry.contracts(["bench.put"]),
    )  # fmt: skip
    found: list[Turn] = []
    while True:
        turn = mind.observe(observation, NOON)
        found.append(turn)
        if not isinstance(action := turn.actions[0], CallTool):
            return found
        observation = CallReturned(call=action.call)


def appends(run: str, all_turns: list[Turn]) -> list[Append]:
    """The turns after the first entry as appends."""
    found: list[Append] = []
    after = 1
    for turn in all_turns:
        events = [event for event in turn.events if not isinstance(event, RunRequested)]
        found.append(Append(run=run, after=after, at=NOON, events=events, changes=turn.changes))
        after += len(events)
    return found


def core(registry: Registry) -> Parts:
    """Deciding, encoding and writing, without a disk to wait for."""
    plan = literal(STEPS)
    some = appends("r", played(plan, "r", registry))
    return {
        "deciding, from what a call returned to the next call": least(lambda: len(played(plan, "r", registry))),
        "  of it, the digest that the ledger holds": least(digests),
        "encoding an append": least(lambda: len([turns.encoded(append) for append in some])),
        f"writing (its own thread), in transactions of {TOGETHER} and without sync": written(registry),
    }


def digests() -> int:
    """As many as there are steps."""
    return len([call_digest("bench.put", "1", f"local:bench:r:s{n}", {"n": n}) for n in range(STEPS)])


def written(registry: Registry) -> float:
    """Microseconds of the writing thread for one append."""
    names, plan = [f"run-{number:04}" for number in range(TOGETHER)], literal(SHORT)
    batches = list(zip(*(appends(name, played(plan, name, registry)) for name in names), strict=True))
    loop, chain, found = asyncio.new_event_loop(), Chain(), list[float]()
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        path = str(Path(folder) / "parts.db")
        db, writer = connect(path, "process", writes=True), Writer(path, chain)
        for name in names:
            new = NewRun(run=name, plan="bench", plan_hash="h", task=name, user="local", at=NOON)
            runs.create(db, new, [(NOON, 1, codec.encode([]))], chain)
        for batch in batches:
            requests = [Request(turns.encoded(append), loop.create_future()) for append in batch]
            began = time.thread_time()
            writer.perform(db, requests)
            found.append((time.thread_time() - began) / TOGETHER)
        db.close()
    loop.close()
    return 1e6 * min(found)


class Host:
    """Somebody whose calls they are."""

    def __init__(self) -> None:
        self.caller = Caller("run", "task", "user")
        self.heard: asyncio.Future[None] | None = None

    def deliver(self, _call: Call, _observation: Observation) -> None:
        """It ended."""
        if self.heard is not None:
            self.heard.set_result(None)


async def engine(registry: Registry) -> Parts:
    """A call, and the parts of it that are asyncio's own."""
    loop, host = asyncio.get_running_loop(), Host()
    calls = Calls(registry, Settings(), time.time, Resources({}))
    action = CallTool(
        call=1, address="a", tool="bench.put", args={"n": 1}, attempt=1, key="k", timeout=60.0, write=True
    )

    async def called() -> None:
        host.heard = loop.create_future()
        calls.call(host, action).enter()
        await host.heard

    async def task() -> None:
        done = loop.create_future()

        async def work() -> None:
            done.set_result(None)

        working = loop.create_task(work())
        await done
        del working

    async def timer() -> None:
        loop.call_later(60.0, os.getpid).cancel()

    return {
        "a call, from its action to what it returned": await awaited(called),
        "  of it, a task and a future": await awaited(task),
        "  of it, a timer": await awaited(timer),
    }


async def awaited(work: Callable[[], Awaitable[None]]) -> float:
    """Microseconds per item."""
    found: list[float] = []
    for _ in range(REPEATS):
        began = time.thread_time()
        for _ in range(STEPS):
            await work()
        found.append((time.thread_time() - began) / STEPS)
    return 1e6 * min(found)


def main() -> None:
    """Measure all parts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="asyncio")
    registry = load_registry([put(World())])
    with asyncio.Runner(loop_factory=loop_factory(parser.parse_args().loop)) as runner:
        print(json.dumps(core(registry) | runner.run(engine(registry))))


if __name__ == "__main__":
    main()
