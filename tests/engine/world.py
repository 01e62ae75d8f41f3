"""What the engine's tests share: plans from text, both stores, and a process of its own that goes on with a store."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import holdfast
from holdfast.api.session import Holdfast
from holdfast.core.events import Entry
from holdfast.engine.settings import Settings
from holdfast.plan.load import load_source
from holdfast.plan.program import Plan

STORES = ("memory", "sqlite")


def plan(text: str, name: str = "probe") -> Plan:
    """A plan of this name with these lines below `plan:`."""
    return load_source(f"holdfast: 1\nplan: {name}\n{textwrap.dedent(text)}", f"{name}.yaml")


@asynccontextmanager
async def session(kind: str, folder: Path, *tools: object, **settings: object) -> AsyncIterator[Holdfast]:
    """An open session on a store of this kind. `settings` are those of the engine, `clock` and `trouble` apart."""
    store = "memory:" if kind == "memory" else f"sqlite:{folder}/runs.db"
    extra = {key: settings.pop(key) for key in ("clock", "trouble") if key in settings}
    async with holdfast.open(store, tools=tools, settings=Settings(**settings), **extra) as hf:
        yield hf


async def kinds(run: holdfast.Run) -> list[str]:
    """The names of a run's events, in order."""
    return [type(entry.event).__name__ for entry in await journal(run)]


async def journal(run: holdfast.Run) -> list[Entry]:
    """A run's entries."""
    return [entry async for entry in run.entries()]


def elsewhere(script: str, *arguments: object) -> subprocess.Popen[str]:
    """A Python process of its own that runs `async def main(*arguments)` of the script."""
    program = f"{textwrap.dedent(script)}\nimport anyio, sys\nanyio.run(main, *sys.argv[1:])\n"
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
