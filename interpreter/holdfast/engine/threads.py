"""Threads for tools that are plain functions.

They are daemons, unlike those of the usual pools: a tool that never returns must not keep the process from ending
(P3). A thread that is still busy when its call was given up is left alone and used again once it is free.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

Job = tuple[contextvars.Context, Callable[[], object], "asyncio.Future[object]"]


class Raised:
    """What a function raised, carried as a value: SystemExit or StopIteration cannot live in a future."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Threads:
    """A pool that grows as needed. How many are busy at once is the gate's business, not the pool's."""

    def __init__(self) -> None:
        self._idle: deque[_Thread] = deque()

    async def run(self, function: Callable[[], object]) -> object:
        """What the function gives, or a `Raised`. When cancelled, the function goes on and its result is dropped."""
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        thread = self._idle.pop() if self._idle else _Thread(self._idle)
        thread.jobs.put((contextvars.copy_context(), function, future))
        return await future

    def close(self) -> None:
        """End the idle threads."""
        while self._idle:
            self._idle.pop().jobs.put(None)


class _Thread:
    def __init__(self, idle: deque[_Thread]) -> None:
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._idle = idle
        self._process = os.getpid()
        threading.Thread(target=self._work, name="holdfast tool", daemon=True).start()

    def _work(self) -> None:
        while (job := self.jobs.get()) is not None:
            context, function, future = job
            try:
                value = context.run(function)
            except BaseException as error:  # noqa: BLE001 - a tool may raise anything; it must not end the engine
                value = Raised(error)
            if os.getpid() != self._process:
                os._exit(70)  # the tool forked and this is its child, which has no event loop to go back to
            del job, context, function
            self._idle.append(self)
            _hand_over(future, value)
            del future, value


def _hand_over(future: asyncio.Future[object], value: object) -> None:
    try:
        future.get_loop().call_soon_threadsafe(_settle, future, value)
    except RuntimeError:
        return  # the loop is closed: nobody waits any more


def _settle(future: asyncio.Future[object], value: object) -> None:
    if not future.done():
        future.set_result(value)
