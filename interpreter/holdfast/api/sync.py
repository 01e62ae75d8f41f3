"""Runs for scripts and notebooks, without `await`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from holdfast.api.run import Result
from holdfast.api.session import open_session
from holdfast.engine.settings import Settings
from holdfast.journal.store import Durability
from holdfast.plan.program import Plan

T = TypeVar("T")


def run_sync(
    plan: Plan | str | Path,
    *,
    inputs: Mapping[str, object] | None = None,
    task: str | None = None,
    user: str = "local",
    tools: Iterable[object] = (),
    store: str | None = None,
    config: str | Path | None = None,
    durability: Durability | None = None,
    settings: Settings | None = None,
) -> Result:
    """Run a plan until it is over or parked, and give what it has come to. Arguments as in `open` and `start`.

    Works in a notebook too: where an event loop is running already, the run gets a thread of its own.
    """

    async def main() -> Result:
        async with open_session(store, tools=tools, config=config, durability=durability, settings=settings) as hf:
            run = await hf.start(plan, inputs=inputs, task=task, user=user)
            return await run.result()

    return run_loop(main)


def run_loop(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine function to its end on an event loop of its own, uvloop's where it is installed."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(main)
    given: list[T] = []
    raised: list[BaseException] = []
    thread = threading.Thread(target=_caught, args=(main, given, raised), name="holdfast run")
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return given[0]


def _caught(main: Callable[[], Coroutine[Any, Any, T]], given: list[T], raised: list[BaseException]) -> None:
    try:
        given.append(_run(main))
    except BaseException as error:  # noqa: BLE001 - raised again by who waits
        raised.append(error)


def _run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        return runner.run(main())


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
