"""What happens around a tool's function: arguments in, an observation out.

The tool is handed copies, so changing its arguments harms nobody, and what it gives is copied before it is looked at.
Whatever it raises is its failure: `SystemExit`, `KeyboardInterrupt` and `GeneratorExit` do not end the engine.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from functools import partial
from typing import Final

from holdfast.core.actions import CallTool, CheckTool
from holdfast.core.events import CallFailed, CallReconciled, CallReturned, CheckFailed
from holdfast.engine.threads import Raised, Threads
from holdfast.registry import Context, Outcome, Resources, Tool, ToolError, failure_of
from holdfast.values import pair

SMALL: Final = 16
"""A list or map of so many short values at most is not measured."""

SHORT: Final = 256


@pair
class Workplace:
    """What all calls of an engine share.

    Args:
        threads: for tools that are plain functions.
        resources: what contexts give to tools.
        limit: bytes of JSON that a tool may give.
        process: the engine's process id.
    """

    threads: Threads
    resources: Resources
    limit: int
    process: int


@pair
class Caller:
    """On whose behalf a tool is called."""

    run: str
    task: str
    user: str


async def call_tool(
    workplace: Workplace, tool: Tool, action: CallTool, caller: Caller, deadline: float | None
) -> CallReturned | CallFailed:
    """Call a tool. Raises CancelledError alone."""
    try:
        values = tool.validate_arguments(action.args)
        ctx = Context(
            idempotency_key=action.key, run=caller.run, task=caller.task, user=caller.user, step=action.address,
            attempt=action.attempt, deadline=deadline, resources=workplace.resources,
        )  # fmt: skip
        returned = await _given(workplace, partial(tool.call, values, ctx), in_loop=tool.is_async)
        outcome = _measured(tool, tool.outcome(returned), workplace.limit)
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 - a tool may raise anything; it must not end the engine
        return CallFailed(call=action.call, error=failure_of(error, write=action.write))
    return CallReturned(
        call=action.call, value=outcome.value, tokens=outcome.tokens, cost=outcome.cost,
        confidence=outcome.confidence, reasoning=outcome.reasoning,
    )  # fmt: skip


async def ask_check(
    workplace: Workplace, tool: Tool, action: CheckTool, caller: Caller, deadline: float | None
) -> CallReconciled | CheckFailed:
    """Ask a tool's check whether the effect of a call took place. Raises CancelledError alone."""
    try:
        values = tool.validate_arguments(action.args)
        ctx = Context(
            idempotency_key=action.key, run=caller.run, task=caller.task, user=caller.user, step=action.address,
            deadline=deadline, resources=workplace.resources,
        )  # fmt: skip
        returned = await _given(workplace, partial(tool.call_check, values, ctx), in_loop=tool.check_is_async)
        if returned is None:
            return CallReconciled(call=action.call, found=False)
        outcome = _measured(tool, tool.outcome(returned), workplace.limit)
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 - the same
        return CheckFailed(call=action.call, error=failure_of(error, write=False))
    return CallReconciled(call=action.call, found=True, value=outcome.value)


async def _given(workplace: Workplace, call: Callable[[], object], *, in_loop: bool) -> object:
    if in_loop:
        returned = await call()  # type: ignore[misc]  # an async function's coroutine
    else:
        returned = await workplace.threads.run(call)
        if isinstance(returned, Raised):
            raise returned.error
    if os.getpid() != workplace.process:
        os._exit(70)  # the tool forked and this is its child: two processes must never act on one run
    return returned


def _measured(tool: Tool, outcome: Outcome[object], limit: int) -> Outcome[object]:
    size = _size(outcome.value)
    if size > limit:
        raise ToolError(
            "bad_output",
            f"the output of tool `{tool.name}` has {size:,} bytes, the limit is {limit:,} (max_value): "
            "keep it in a file and return its path",
            happened=True,
        )
    return outcome


def _size(value: object) -> int:
    """Bytes of a value as JSON; 0 for one that is small at a glance."""
    if isinstance(value, str):
        return len(value.encode())
    if not isinstance(value, dict | list):
        return 0
    if len(value) <= SMALL and all(map(_short, value.values() if isinstance(value, dict) else value)):
        return 0
    return len(json.dumps(value, ensure_ascii=False).encode())


def _short(value: object) -> bool:
    return len(value) <= SHORT if isinstance(value, str) else not isinstance(value, dict | list)
