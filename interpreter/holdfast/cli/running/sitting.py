"""A process that sits with a run: shows what happens, asks what is to be decided, knows when to stop waiting.

Rules of the file:
- The run goes on by itself; whatever is said here reaches it the way it would from another terminal.
- A prompt is given up as soon as the journal grows: somebody else may have answered.
- What its child runs ask is asked here too.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from holdfast.cli.command import UsageError
from holdfast.cli.family import live_below, open_reviews
from holdfast.cli.running.following import Following
from holdfast.cli.terminal.faults import single
from holdfast.errors import ReviewError
from holdfast.journal.store import LIVE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from holdfast.api.run import Result, Run
    from holdfast.api.session import Holdfast
    from holdfast.cli.people.prompt import Lines
    from holdfast.cli.terminal.output import Output
    from holdfast.core.review import Review
    from holdfast.journal.store import ReviewRow, RunRow


class Sitting:
    """One process with one run.

    Args:
        holdfast: the session that moves the run on.
        run: the run.
        out: where progress and questions go.
        patience: seconds to wait for people and events; timers within reach are the session's business.
        lines: what a person types; None: nobody is asked here.
        since: entries before this moment, seconds since 1970, are old news and not told again.
        below: whether the progress of child runs is shown too.
    """

    def __init__(
        self,
        holdfast: Holdfast,
        run: Run,
        out: Output,
        patience: float,
        lines: Lines | None,
        since: float,
        *,
        below: bool = True,
    ) -> None:
        self._holdfast, self._run, self._out = holdfast, run, out
        self._patience, self._lines = patience, lines
        self._following = Following(holdfast, out, since, below=below)

    async def stay(self) -> Result:
        """What the run has come to when there is no sense in waiting longer.

        Raises StoreError, and UnknownName when a tool of the run is not here; the run stays as it is.
        """
        try:
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(self._following.watch(self._run))
                result = await self._until_idle()
                watch.cancel()
        except BaseExceptionGroup as several:
            raise single(several) from None
        return result

    async def _until_idle(self) -> Result:
        while True:
            result = await self._run.result()
            await self._following.catch_up(self._run)
            if result.status not in LIVE or not await self._wait(result):
                return result

    async def _wait(self, result: Result) -> bool:
        """Wait for what the run waits for; whether there is something new."""
        news = self._following.news
        below = await live_below(self._holdfast, self._run.id) if _has_children(result) else []
        row = await self._open_review(result, below)
        if row is not None and self._lines is not None:
            return await self._ask(row, self._lines, lambda: self._grown(news, below))
        try:
            async with asyncio.timeout(self._patience):
                await self._grown(news, below)
        except TimeoutError:
            return False
        return True

    # --- asking ------------------------------------------------------------------------------------------------------

    async def _open_review(self, result: Result, below: Sequence[RunRow]) -> ReviewRow | None:
        if not below and not any(item.get("for") == "review" for item in result.waiting):
            return None
        from holdfast.cli.terminal.person import login

        me = login()
        rows = await open_reviews(self._holdfast, self._run.id, below)
        return next((row for row in rows if self._holdfast.may_decide(row, me)), None)

    async def _ask(self, row: ReviewRow, lines: Lines, grown: Callable[[], Awaitable[None]]) -> bool:
        """Ask until it is decided, here or elsewhere; False when nobody sits at the terminal any more."""
        import anyio

        from holdfast.cli.people.prompt import review_text

        child = row.run if row.run != self._run.id else ""
        self._out.error(review_text(row.review, self._out, time.time(), child))
        async with anyio.create_task_group() as group:

            async def elsewhere() -> None:
                await grown()
                group.cancel_scope.cancel()

            group.start_soon(elsewhere)
            gone = not await self._prompt(row.review, lines)
            group.cancel_scope.cancel()
            if gone:
                return False
        return True

    async def _prompt(self, review: Review, lines: Lines) -> bool:
        import anyio

        from holdfast.cli.people.reply import takes_default

        shown = time.monotonic()
        while True:
            self._out.prompt("> ")
            line = await lines.read()
            if line is None:
                return False
            if (line.strip() or takes_default(review)) and await self._decided(review, line, time.monotonic() - shown):
                await anyio.sleep_forever()  # until its run has taken it up it still looks undecided

    async def _decided(self, review: Review, line: str, looked: float) -> bool:
        """Pass a line on as a decision; False when it is none and may be typed again."""
        from holdfast.api.decisions import Decision
        from holdfast.cli.people.reply import typed
        from holdfast.cli.terminal.person import login

        try:
            decision, value, reason = typed(review, line)
            said = Decision(decision, value, login(), reason)
            await self._holdfast.decide(review.id, said, source="terminal", looked=round(looked, 1))
        except (ReviewError, UsageError) as error:
            self._out.error(f"  {error}")
            return False
        return True

    # --- watching ----------------------------------------------------------------------------------------------------

    async def _grown(self, news: asyncio.Event, below: Sequence[RunRow]) -> None:
        """Wait until there is something new in the run's journal, or in that of one below it."""
        if not below:
            await news.wait()
            return
        import anyio

        async with anyio.create_task_group() as group:

            async def own() -> None:
                await news.wait()
                group.cancel_scope.cancel()

            async def of(child: RunRow) -> None:
                async with contextlib.aclosing((await self._holdfast.get(child.run)).entries(follow=True)) as entries:
                    async for entry in entries:
                        if entry.seq > child.last_seq:
                            break
                group.cancel_scope.cancel()

            group.start_soon(own)
            for child in below:
                group.start_soon(of, child)


def _has_children(result: Result) -> bool:
    """Whether a run waits for child runs."""
    return any(item.get("for") == "run" for item in result.waiting)
