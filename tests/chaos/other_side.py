"""The tools, and the world behind them, which outlives every process and counts what really took place.

Requests keep the contract, as in `holdfast simulate`: those of `key` and `natural` may arrive late, after the death of
who sent them; those of `check` and `none` arrive at once or never. A process that has lost its runs to another one
without knowing it sends nothing more of the second kind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import holdfast
from holdfast.registry import Context, Outcome, Tool, ToolError, load_registry
from tests.chaos import laws

if TYPE_CHECKING:
    from tests.chaos.process import Process


@holdfast.tool("t.look", effect="read")
async def look() -> dict[str, int]:
    """Read."""
    raise AssertionError


@holdfast.tool("t.pay", effect="write", idempotency="key")
async def pay(amount: int) -> str:
    """Repeat under a key."""
    raise AssertionError


@holdfast.tool("t.back", effect="write", idempotency="key")
async def back() -> str:
    """Undo."""
    raise AssertionError


@holdfast.tool("t.put", effect="write", idempotency="natural")
async def put(amount: int) -> str:
    """The same again changes nothing."""
    raise AssertionError


@holdfast.tool("t.mail", effect="write", idempotency="none")
async def mail() -> str:
    """Never repeat."""
    raise AssertionError


@holdfast.tool("t.post", effect="write", idempotency="check")
async def post() -> str:
    """Look first."""
    raise AssertionError


@post.check
async def posted() -> str | None:
    """Look."""
    raise AssertionError


@holdfast.tool("t.order", effect="write", idempotency="key")
async def order() -> str:
    """Its result comes later."""
    raise AssertionError


@holdfast.tool("t.refuse", effect="write", idempotency="key")
async def refuse() -> str:
    """Never done."""
    raise AssertionError


REGISTRY = load_registry([look, pay, back, put, mail, post, order, refuse])
TOOLS = [
    REGISTRY.get(name) for name in ("t.look", "t.pay", "t.back", "t.put", "t.mail", "t.post", "t.order", "t.refuse")
]


@dataclass(frozen=True, kw_only=True, eq=False)
class LiveTool(Tool):
    """A tool as a process of the world has it."""

    process: Any

    @cached_property
    def is_async(self) -> bool:
        return True

    @cached_property
    def check_is_async(self) -> bool:
        return True

    def call(self, values: Mapping[str, object], ctx: Context) -> object:
        return read(self, ctx) if self.contract.effect == "read" else write(self, values, ctx)

    def call_check(self, _values: Mapping[str, object], ctx: Context) -> object:
        return check(self, ctx)


def live(tool: Tool, process: Process) -> LiveTool:
    """The tool in a process."""
    return LiveTool(**{field.name: getattr(tool, field.name) for field in fields(Tool)}, process=process)


async def read(tool: LiveTool, ctx: Context) -> object:
    """What a read gives, sooner or later."""
    process, weather = tool.process, tool.process.world.weather
    await process.moment(f"before {tool.name}")
    match weather.draw("tools", "slow"):
        case "tools":
            raise ToolError("unavailable", "invented")
        case "slow":
            await process.sleep(weather.delay())
    await process.moment(f"after {tool.name}")
    return Outcome({"n": 1}, confidence=0.5)


async def check(tool: LiveTool, ctx: Context) -> object:
    """Whether an effect took place."""
    process, world = tool.process, tool.process.world
    await process.moment(f"before asking {tool.name}")
    if world.weather.draw("tools"):
        raise ToolError("unavailable", "invented")
    effect = (tool.name, ctx.idempotency_key)
    done = world.counterpart.done.get(effect)
    if done is None:
        world.doubtful.discard(effect)
    await process.moment(f"after asking {tool.name}")
    return None if done is None else done.value


async def write(tool: LiveTool, args: Mapping[str, object], ctx: Context) -> object:
    """An effect, or none, and what is said of it."""
    process, world = tool.process, tool.process.world
    fragile = tool.contract.idempotency in {"none", "check"}
    await process.moment(f"before {tool.name}")
    if fragile and world.books.owner.get(ctx.run) is not process:
        process.told(f"does not send {tool.name} any more")
        await asyncio.Event().wait()
    laws.begins(world, process, tool, ctx)
    if tool.name == "t.refuse":
        raise ToolError("failed_precondition", "always")
    if not fragile:
        await process.sleep(world.pace)  # on its way
    way = world.way_of(tool, ctx)
    if way == "refused":
        world.doubtful.discard((tool.name, ctx.idempotency_key))
        raise ToolError("conflict", "invented")
    if way == "lost":
        raise ToolError("unavailable", "invented: nothing happened, and nobody knows")
    token = await ctx.callback() if tool.name == "t.order" else ""
    value = await _sent(tool, ctx, token, late=not fragile and way == "slow")
    if way == "slow":
        await process.sleep(world.weather.delay())
    if fragile:
        await process.sleep(world.pace)  # the answer is
    await process.moment(f"after {tool.name}")
    if way == "unheard":
        raise ToolError("unavailable", "invented: it took place, and nobody knows")
    return Outcome(deferred="2h") if token else value


async def _sent(tool: LiveTool, ctx: Context, token: str, *, late: bool) -> object:
    """A request under way: it arrives whether or not the process lives to see it."""
    world = tool.process.world
    said: list[object] = []

    def arrive() -> None:
        said.append(world.happen(tool, ctx, token))

    if not late:
        arrive()
        return said[0]
    delay = min(world.weather.delay(), 3.0)
    world.loop.call_later(delay, arrive)
    await tool.process.sleep(delay + 0.01)
    return said[0]
