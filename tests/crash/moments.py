"""Moments at which a process can die, counted, and written down before they are lived through.

A moment lies on either side of everything a run does to the world or to its store. Its name is put into the witness
file first, with `write(2)`, which survives SIGKILL: what a dead process was about to do is known afterwards.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, Protocol

import anyio
import anyio.to_thread
from anyio.lowlevel import checkpoint

from holdfast import Context, ToolError
from holdfast.journal.store import Store
from holdfast.registry.registered import Tool

WRITES = ("save_plan", "create", "acquire", "append", "release", "answer", "complete", "signal")
"""What a store is asked to write in the course of a run."""

COMMIT = 0.002
"""Seconds that a commit takes at least: who acts before it stands is found out."""


class Moments:
    """Counts the moments of this process.

    Args:
        witness: the file; each line `[process, moment, about]`.
        die: the number of the moment at which to die, from 1, or its name: the first one so called; None: live.
        how: `SIGKILL`, or `SIGSTOP` to be found asleep.
    """

    def __init__(self, witness: Path, die: int | str | None, how: str = "SIGKILL") -> None:
        self._file = os.open(witness, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._die, self._how, self._count = die, signal.Signals[how], 0

    def __call__(self, moment: str, about: object = None) -> None:
        """Live through one, or die in it."""
        self._count += 1
        os.write(self._file, json.dumps([os.getpid(), moment, about]).encode() + b"\n")
        if self._die in (self._count, moment):
            self._die = None
            os.kill(os.getpid(), self._how)


class MortalStore:
    """A real store, with a moment before and after everything it is asked to write."""

    def __init__(self, store: Store, moments: Moments) -> None:
        self._store, self._moments = store, moments

    def __getattr__(self, name: str) -> Any:
        """The store's own, with moments around it where it writes."""
        own = getattr(self._store, name)
        if name not in WRITES:
            return own

        async def mortal(*args: object, **named: object) -> object:
            self._moments(f"before {name}")
            await anyio.sleep(COMMIT)
            try:
                return await own(*args, **named)
            finally:
                self._moments(f"after {name}")

        return mortal


class Contexted(Protocol):
    """A tool's function with its arguments by name and the call's context."""

    async def __call__(self, *, ctx: Context, **args: object) -> object: ...


def mortal_tool(tool: Tool, moments: Moments, lose: tuple[str, ...] = (), refuse: tuple[str, ...] = ()) -> Tool:
    """A real tool, with a moment before and after its effect, and before and after its check.

    `refuse`: the first attempt is turned away before anything happens, which its caller cannot know; `lose`: the
    first attempt takes effect and its answer is lost.
    """

    def around(function: Callable[..., Any], name: str) -> Callable[..., Any]:
        takes_ctx = tool.parameters.context if name == tool.name else tool.check_parameters.context  # type: ignore[union-attr]

        async def mortal(ctx: Context, **args: object) -> object:
            about = {"key": ctx.idempotency_key, "attempt": ctx.attempt}
            moments(f"before {name}", about)
            await checkpoint()  # so that calls side by side are all begun before the first takes effect
            if name in refuse and ctx.attempt == 1:
                raise ToolError("unavailable", "come back later")
            try:
                given = partial(function, **args, **({takes_ctx: ctx} if takes_ctx else {}))
                value = await (given() if iscoroutinefunction(function) else anyio.to_thread.run_sync(given))
                await checkpoint()
            finally:
                moments(f"after {name}", about)
            if name in lose and ctx.attempt == 1:
                raise ToolError("timeout", "the answer was lost")
            return value

        return mortal

    with_context = replace(tool.parameters, context="ctx")
    check = tool.check and around(tool.check, f"check {tool.name}")
    check_parameters = tool.check_parameters and replace(tool.check_parameters, context="ctx")
    return replace(
        tool, function=around(tool.function, tool.name), parameters=with_context, check=check,
        check_parameters=check_parameters,
    )  # fmt: skip
