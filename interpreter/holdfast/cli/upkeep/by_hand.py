"""Calls of one tool outside of any run: nothing of them is journaled."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from holdfast.cli.command import Failed
from holdfast.cli.terminal.person import login
from holdfast.cli.terminal.times import duration

if TYPE_CHECKING:
    from typing import Self

    from holdfast.core.events import CallDeferred, CallFailed, CallReconciled, CallReturned, CheckFailed
    from holdfast.registry import Tool

T = TypeVar("T")
_NAME: Final = "by-hand"
"""What a tool is told as its run, task and step."""


class ByHand:
    """One tool, with what its calls share.

    Args:
        tool: which.
        secrets: names to references, for `ctx.secret`.
    """

    def __init__(self, tool: Tool, secrets: Mapping[str, str]) -> None:
        from holdfast.engine.invoke import Caller, Workplace
        from holdfast.engine.settings import Settings
        from holdfast.engine.threads import Threads
        from holdfast.registry import Resources

        self._tool = tool
        self._resources = Resources(secrets)
        self._place = Workplace(Threads(), self._resources, Settings().max_value, os.getpid())
        self._caller = Caller(_NAME, _NAME, login())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._resources.aclose()

    async def call(
        self, given: Mapping[str, object], key: str, attempt: int = 1
    ) -> CallReturned | CallDeferred | CallFailed:
        """Call the tool. `key`: empty for a read. Raises Failed: there was no answer within the tool's timeout."""
        from holdfast.core.actions import CallTool
        from holdfast.engine.invoke import arguments, call_tool

        action = CallTool(
            call=attempt, address=_NAME, tool=self._tool.name, args=given, attempt=attempt, key=key, write=bool(key)
        )
        values = arguments(self._place, self._tool, action)
        return await self._in_time(call_tool(self._place, self._tool, action, values, self._caller, None))

    async def look(self, given: Mapping[str, object], key: str) -> CallReconciled | CheckFailed:
        """Ask the tool's check what became of this key. Raises Failed, as `call` does."""
        from holdfast.core.actions import CheckTool
        from holdfast.engine.invoke import arguments, ask_check

        action = CheckTool(call=1, address=_NAME, tool=self._tool.name, args=given, key=key)
        values = arguments(self._place, self._tool, action)
        return await self._in_time(ask_check(self._place, self._tool, action, values, self._caller, None))

    async def _in_time(self, answer: Awaitable[T]) -> T:
        timeout = self._tool.contract.timeout
        try:
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError:
            raise Failed(f"`{self._tool.name}` gave no answer within {duration(timeout or 0)}") from None
