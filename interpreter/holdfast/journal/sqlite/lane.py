"""One thread with one connection. What waits for it at a moment is done as one batch and acknowledged together.

Nothing here retries: a request has one result or one error. A caller that is cancelled does not take its request back.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final, TypeVar, cast

from holdfast.errors import StoreError

T = TypeVar("T")
BATCH: Final = 512
"""Requests in one batch at most, so that the first of a flood is not kept waiting for the last."""


class Request:
    """Something to do, and what came of it."""

    __slots__ = ("error", "future", "result", "work")

    def __init__(self, work: object, future: asyncio.Future[object]) -> None:
        self.work = work
        self.future = future
        self.result: object = None
        self.error: BaseException | None = None


class Lane:
    """A thread of our own over a connection.

    Args:
        name: of the thread.
        connect: opens the connection, in the thread.
        perform: does a batch; sets each request's `result` or `error`.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[], sqlite3.Connection],
        perform: Callable[[sqlite3.Connection, list[Request]], None],
    ) -> None:
        self._name, self._connect, self._perform = name, connect, perform
        self._queue: SimpleQueue[Request | None] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_open(self) -> bool:
        """Whether the thread was started and not ended."""
        return self._thread is not None

    async def open(self) -> None:
        """Start the thread and wait until its connection stands. Raises what `connect` raises."""
        self._loop = asyncio.get_running_loop()
        opened = Request(None, self._loop.create_future())
        thread = threading.Thread(target=self._run, args=(opened,), name=self._name, daemon=True)
        thread.start()
        await opened.future
        self._thread = thread

    def ask(self, work: object) -> asyncio.Future[object]:
        """Have something done; `work` is what `perform` understands. The future gives what it gives or raises."""
        if self._loop is None or self._thread is None:
            raise StoreError("the store is closed: use it inside `async with`")
        request = Request(work, self._loop.create_future())
        self._queue.put(request)
        return request.future

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Have a function of the connection done, and get what it returns."""
        return cast(T, await self.ask(work))

    async def close(self) -> None:
        """Do what is waiting, then end the thread and its connection."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            while thread.is_alive():
                await asyncio.to_thread(thread.join)

    def _run(self, opened: Request) -> None:
        try:
            db = self._connect()
        except BaseException as error:  # noqa: BLE001 - it belongs to the caller of `open`
            opened.error = error
            self._acknowledge([opened])
            return
        self._acknowledge([opened])
        try:
            while batch := self._next_batch():
                self._do(db, batch)
        finally:
            db.close()

    def _do(self, db: sqlite3.Connection, batch: list[Request]) -> None:
        try:
            self._perform(db, batch)
        except BaseException as error:  # noqa: BLE001 - it belongs to the callers
            for request in batch:
                request.error = error
        self._acknowledge(batch)

    def _next_batch(self) -> list[Request]:
        """All that waits, at least one; empty at the end."""
        first = self._queue.get()
        batch = [] if first is None else [first]
        while batch and len(batch) < BATCH and not self._queue.empty():  # nobody else takes from it
            request = self._queue.get_nowait()
            if request is None:
                self._queue.put(None)  # the end: after this batch
                break
            batch.append(request)
        return batch

    def _acknowledge(self, batch: list[Request]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_deliver, batch)


def _deliver(batch: list[Request]) -> None:
    for request in batch:
        if request.future.done():
            continue
        if request.error is None:
            request.future.set_result(request.result)
        else:
            request.future.set_exception(request.error)
