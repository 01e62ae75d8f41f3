"""The journals of a run and of those below it, shown as they grow.

A child is followed from the moment its parent knows that it stands in the store, and stands indented below the step
that waits for it. Of those that began before this process sat down, only what is not over is followed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from holdfast.cli.running.progress import Progress
from holdfast.core.events import ChildFinished, ChildStarted

if TYPE_CHECKING:
    from holdfast.api.run import Run
    from holdfast.api.session import Holdfast
    from holdfast.cli.terminal.output import Output

MOST: Final = 16
"""Children that are shown at the same time at most: more nobody can read, and each costs looks at the store."""


class Following:
    """One process that follows one run.

    Args:
        holdfast: the session.
        out: where progress goes.
        since: entries before this moment, seconds since 1970, are old news and not told again.
        below: whether child runs are shown too.
    """

    def __init__(self, holdfast: Holdfast, out: Output, since: float, *, below: bool = True) -> None:
        self._holdfast, self._out, self._since, self._below = holdfast, out, since, below
        self._seen: dict[str, int] = {}
        self._some = asyncio.Event()
        self.news = asyncio.Event()
        """Set, and another one put in its place, when the run's own journal has grown."""

    async def watch(self, run: Run) -> None:
        """Show a run and what is below it until it is over."""
        async with asyncio.TaskGroup() as group:
            await self._follow(group, run, Progress(self._out), top=True)

    async def catch_up(self, run: Run) -> None:
        """Wait until all is shown that is known by now."""
        self._seen.setdefault(run.id, 0)
        for one in [run.id, *self._seen]:
            last = (await (await self._holdfast.get(one)).row()).last_seq
            while self._seen.get(one, last) < last:
                await self._some.wait()

    async def _follow(self, group: asyncio.TaskGroup, run: Run, progress: Progress, *, top: bool = False) -> None:
        there = (await run.row()).last_seq
        begun: dict[str, str] = {}
        async for entry in run.entries(follow=True):
            if isinstance(entry.event, ChildFinished):
                begun.pop(entry.event.child, None)
                while entry.event.child in self._seen:  # its last lines come before this one
                    await self._some.wait()
            place = progress.past(entry) if entry.at < self._since else progress.show(entry)
            if isinstance(entry.event, ChildStarted):
                begun[entry.event.child] = place
            if entry.seq >= there:
                await self._take_up(group, begun, progress)
            self._tell(run.id, entry.seq, top=top)
        if not top:
            del self._seen[run.id]
            self._tell_some()

    async def _take_up(self, group: asyncio.TaskGroup, begun: dict[str, str], progress: Progress) -> None:
        """Follow the children that have begun."""
        for child, place in begun.items():
            if self._below and len(self._seen) <= MOST:
                self._seen[child] = 0
                group.create_task(self._follow(group, await self._holdfast.get(child), progress.below(place)))
        begun.clear()

    def _tell(self, run: str, seq: int, *, top: bool) -> None:
        self._seen[run] = seq
        if top:
            news, self.news = self.news, asyncio.Event()
            news.set()
        self._tell_some()

    def _tell_some(self) -> None:
        some, self._some = self._some, asyncio.Event()
        some.set()
