"""How commands come by the configuration, the tools, the store and the engine.

Rules of the file:
- What is only looked at needs neither engine nor tools, and makes no store where there is none.
- The first interrupt ends a run's stay gracefully, the second one at once.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from holdfast.errors import InputError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Iterator

    from holdfast.api.session import Holdfast
    from holdfast.cli.terminal.output import Output
    from holdfast.config import Config
    from holdfast.journal.store import Store
    from holdfast.people.policy.book import Book
    from holdfast.plan.shelf import Shelf
    from holdfast.registry import Registry

T = TypeVar("T")

INTERRUPTED = 130


def configuration(args: argparse.Namespace) -> Config:
    """The installation's configuration. Raises ConfigError."""
    return _config(args.config)


def registry(args: argparse.Namespace) -> Registry:
    """The tools that the command line and the configuration name; else those in `tools/`. Raises ConfigError."""
    return _registry(args.config, tuple(args.tools))


def store_url(args: argparse.Namespace) -> str:
    """Where runs live: --store, HOLDFAST_STORE, the configuration, the default."""
    return str(args.store or os.environ.get("HOLDFAST_STORE") or configuration(args).store)


def shelf(args: argparse.Namespace) -> Shelf | None:
    """Where compiled plans are kept: beside the store, if it is a file."""
    return _shelf(store_url(args))


@cache
def _shelf(url: str) -> Shelf | None:
    from holdfast.journal.address import shelf_beside

    return shelf_beside(url)


def policy_book(args: argparse.Namespace) -> Book | None:
    """The policy of the installation; None: it has none. Raises PolicyError."""
    from holdfast.people.policy.load import load_book

    path = configuration(args).policy
    return None if path is None else load_book(path, shelf(args))


@cache
def _config(path: str | None) -> Config:
    from holdfast.config import load_config

    return load_config(path)


@cache
def _registry(path: str | None, sources: tuple[str, ...]) -> Registry:
    from holdfast.registry import load_registry

    config = _config(path)
    named = [*(config.tools or ()), *sources]
    return load_registry(
        named if named or config.tools is not None else None, settings=config.settings, permission=config.permission
    )


def forget() -> None:
    """Read the configuration and load the tools anew when they are asked for next."""
    _config.cache_clear()
    _registry.cache_clear()


@asynccontextmanager
async def writing(args: argparse.Namespace) -> AsyncIterator[Store]:
    """The store. Raises ConfigError, StoreError."""
    from holdfast.journal.open import open_store
    from holdfast.keys import keys

    config = configuration(args)
    held = keys(config)
    async with open_store(
        store_url(args), durability=config.durability, digest_key=held.digest_key, old_keys=held.old_keys
    ) as store:
        try:
            yield store
        except InputError:
            await _refuse_several(store, getattr(args, "run", None))
            raise


async def _refuse_several(store: Store, name: str | None) -> None:
    """Say which runs a name fits, the newest first. Raises InputError if it fits several."""
    from holdfast.journal.store import RunFilter

    rows = [row for row in await store.runs(RunFilter(limit=_MANY)) if name and row.run.startswith(name)]
    if len(rows) < 2 or any(row.run == name for row in rows):  # noqa: PLR2004 - several
        return
    shown = [f"  {row.run}  {row.status}{f'  {row.task}' if row.task != row.run else ''}" for row in rows[:_SHOWN]]
    more = [f"  and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
    raise InputError(
        "\n".join([f"`{name}` fits several runs; give more of the id. The newest first:", *shown, *more])
    ) from None


_MANY: Final = 1_000_000
_SHOWN: Final = 10


@asynccontextmanager
async def reading(args: argparse.Namespace) -> AsyncIterator[Store]:
    """The store, or an empty one where none was made yet. Raises ConfigError, StoreError."""
    from holdfast.journal.open import open_store

    if _absent(store_url(args)):
        if not args.quiet:
            sys.stderr.write(f"there is no store at {store_url(args).removeprefix('sqlite:')} yet\n")
        async with open_store("memory:") as store:
            yield store
    else:
        async with writing(args) as store:
            yield store


def _absent(url: str) -> bool:
    from holdfast.journal.address import store_file

    file = store_file(url)
    return file is not None and not file.exists()


@asynccontextmanager
async def opened(
    args: argparse.Namespace, out: Output | None = None, *, linger: float | None = None
) -> AsyncIterator[Holdfast]:
    """A store with an engine over it. `linger`: seconds for which a timer keeps a run in memory."""
    from holdfast.api.session import Holdfast
    from holdfast.api.staff import staff
    from holdfast.engine.engine import Engine
    from holdfast.engine.settings import Settings

    config, tools, settings = configuration(args), registry(args), Settings()
    settings = replace(
        settings,
        linger=settings.linger if linger is None else linger,
        max_calls=config.concurrency or settings.max_calls,
    )
    trouble = out.error if out is not None else None
    async with (
        writing(args) as store,
        staff(store, config, trouble, shelf=shelf(args)) as office,
        Engine(store, tools, settings, secrets=config.secrets, trouble=trouble, shelf=shelf(args)) as engine,
    ):
        if office is not None:
            office.rule(engine)
        yield Holdfast(engine, office)


def wait_for(function: Callable[..., Coroutine[Any, Any, T]], *args: object) -> T:
    """What an async function gives, in a loop of its own."""
    import asyncio

    return asyncio.run(function(*args))


def run_to_end(out: Output | None, function: Callable[..., Coroutine[Any, Any, T]], *args: object) -> T:
    """The same for what may take long: SIGINT and SIGTERM end it gracefully, a second one at once.

    Args:
        out: where it is said that calls in flight are waited for; None: none are.
        function: what is done, with `args`.
        args: for the function.

    Raises KeyboardInterrupt when it was ended so.
    """
    import asyncio

    from holdfast.engine.settings import Settings

    ending = f"\nwaiting up to {Settings().grace:g} s for calls in flight to end; Ctrl-C again leaves at once"

    async def main() -> T:
        task = asyncio.ensure_future(function(*args))

        def end() -> None:
            if out is not None:
                out.error(ending)
            task.cancel()

        with _interrupts(asyncio.get_running_loop(), end) as caught:
            try:
                return await task
            except asyncio.CancelledError:
                if caught:
                    raise KeyboardInterrupt from None
                raise

    return asyncio.run(main())


@contextmanager
def _interrupts(loop: AbstractEventLoop, end: Callable[[], None]) -> Iterator[list[int]]:
    """Signals caught while the block runs; the first one calls `end` in the loop."""
    caught: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        if caught:
            os._exit(INTERRUPTED)
        caught.append(number)
        loop.call_soon_threadsafe(end)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
