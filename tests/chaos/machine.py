"""A machine whose time and threads are in the test's hand: what happens on it is the same each time for the same seed.

The store's lanes are the product's own threads with the product's own queue discipline. They run one at a time, while
the event loop stands still, and give the turn back where they would wait: for work, or for a slow disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from holdfast.journal.sqlite.lane import Lane, Request
from holdfast.testing.virtual import VirtualLoop

ENDLESS = 15_000
"""Turns of the loop after which a world is called endless."""


class Endless(Exception):
    """A world does not come to its end."""


class Killed(BaseException):
    """The process of this thread is gone."""


class Loop(VirtualLoop):
    """A loop in virtual time that lets threads have their turn before each of its own."""

    def __init__(self, now: float) -> None:
        super().__init__(now)
        self.turns, self.bounded = 0, True
        self._ready_strands: deque[Strand] = deque()
        self._back = threading.Semaphore(0)

    def _run_once(self) -> None:
        self.turns += 1
        if self.bounded and self.turns > ENDLESS:
            raise Endless
        self.let_run()
        super()._run_once()  # type: ignore[misc]

    def call_strand(self, strand: Strand) -> None:
        """Its turn comes before the loop's next one."""
        if strand not in self._ready_strands:
            self._ready_strands.append(strand)

    def let_run(self) -> None:
        """Let every called thread run until it gives the turn back."""
        while self._ready_strands:
            strand = self._ready_strands.popleft()
            if not strand.ended:
                strand.go.release()
                self._back.acquire()

    def give_back(self) -> None:
        """Called by the thread that has the turn."""
        self._back.release()


class Strand:
    """A thread that runs when it is called, and only then."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.go = threading.Semaphore(0)
        self.idle = self.dead = self.ended = False

    def begin(self) -> None:
        """The thread's first turn."""
        self.go.acquire()
        self._live()

    def rest(self) -> None:
        """Give the turn back and wait for the next one. Raises Killed."""
        self.loop.give_back()
        self.go.acquire()
        self._live()

    def wait(self, seconds: float) -> None:
        """Let time pass. Raises Killed."""
        self.loop.call_later(seconds, self.loop.call_strand, self)  # the loop stands still meanwhile
        self.rest()

    def end(self) -> None:
        """The thread's last word."""
        self.ended = True
        self.loop.give_back()

    def kill(self) -> None:
        """It never comes back from where it is. To be called on the loop's thread."""
        self.dead = True
        self.loop.call_strand(self)
        self.loop.let_run()

    def _live(self) -> None:
        if self.dead:
            raise Killed


class Queue:
    """What `SimpleQueue` is, for a strand."""

    def __init__(self, strand: Strand) -> None:
        self._strand, self._items = strand, deque[Any]()

    def put(self, item: object) -> None:
        self._items.append(item)
        if self._strand.idle:
            self._strand.loop.call_strand(self._strand)

    def get(self) -> Any:
        while not self._items and not self._strand.dead:
            self._strand.idle = True
            self._strand.rest()
        self._strand.idle = False
        if self._strand.dead:
            raise Killed
        return self._items.popleft()

    get_nowait = get

    def empty(self) -> bool:
        return not self._items


class SimLane(Lane):
    """A lane of the product on such a machine: its own code, but for the queue it waits at."""

    def __init__(self, lane: Lane, loop: Loop, wrap: Callable[[sqlite3.Connection, Strand], Any]) -> None:
        self.strand = Strand(loop)
        super().__init__(lane._name, lambda: wrap(lane._connect(), self.strand), lane._perform)
        self._queue = Queue(self.strand)  # type: ignore[assignment]
        self._threads: list[threading.Thread] = []

    async def open(self) -> None:
        self.strand.loop.call_strand(self.strand)
        await super().open()

    def _run(self, opened: Request) -> None:
        self._threads.append(threading.current_thread())
        try:
            self.strand.begin()
            super()._run(opened)
        except Killed:
            pass
        finally:
            self.strand.end()

    async def close(self) -> None:
        if self._thread is not None:
            self._thread = None
            self._queue.put(None)
        while self._threads and not self.strand.ended:
            await asyncio.sleep(0.001)
        self.join()

    def kill(self) -> None:
        """The process is gone: nobody hears of what was under way, and it is not done."""
        self._loop = None
        if self._thread is not None or self._threads:
            self.strand.kill()
        self._thread = None
        self.join()

    def join(self) -> None:
        """Wait for the thread that has said its last word."""
        for thread in self._threads:
            thread.join()
