"""What happens around a tool's function: arguments in, an observation out.

The tool is handed copies, so changing its arguments harms nobody, and what it gives is copied before it is looked at.
Whatever it raises is its failure: `SystemExit`, `KeyboardInterrupt` and `GeneratorExit` do not end the engine.
"""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import json
import os
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final, cast

from holdfast.core.actions import CallTool, CheckTool
from holdfast.core.events import CallDeferred, CallFailed, CallReconciled, CallReturned, CheckFailed
from holdfast.core.failure import Failure
from holdfast.engine.threads import Raised, Threads
from holdfast.registry import Context, Outcome, Resources, Tool, ToolError, failure_of
from holdfast.registry.said import allowed, pending_data
from holdfast.values import pair

Beat = Callable[[object], None]
Issue = Callable[[], Coroutine[Any, Any, str]]
Arguments = Mapping[str, object] | BaseException
"""The values for a tool's function; or what kept them from being made, to be told when it is called."""

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


def arguments(workplace: Workplace, tool: Tool, action: CallTool | CheckTool) -> Arguments:
    """The values for a tool's function, or why there are none."""
    try:
        return tool.validate_arguments(filled(action, workplace.resources))
    except BaseException as error:  # noqa: BLE001 - types of arguments may be the author's: they may raise anything
        return error


async def call_tool(
    workplace: Workplace,
    tool: Tool,
    action: CallTool,
    given: Arguments,
    caller: Caller,
    deadline: float | None,
    beat: Beat | None = None,
    issue: Issue | None = None,
) -> CallReturned | CallFailed | CallDeferred:
    """Call a tool; `beat` hears its heartbeats, `issue` makes its tokens. Raises CancelledError alone."""
    reached = False
    try:
        if isinstance(given, BaseException):
            raise given  # noqa: TRY301 - it is told as all failures are
        ctx = Context(
            idempotency_key=action.key, run=caller.run, task=caller.task, user=caller.user, step=action.address,
            attempt=action.attempt, deadline=deadline, resources=workplace.resources, beat=beat,
            issue=issue, loop=None if tool.is_async else asyncio.get_running_loop(),
        )  # fmt: skip
        reached = True
        call = partial(tool.call, given, ctx)
        returned = await (call() if tool.is_async else _in_thread(workplace, call))  # type: ignore[misc]  # a coroutine
        _see_process(workplace)
        outcome = tool.outcome(returned) if isinstance(returned, Outcome) else None
        value = tool.to_data(returned) if outcome is None else outcome.value
        _see_size(tool, value, workplace.limit)
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 - a tool may raise anything; it must not end the engine
        failure = dataclasses.replace(failure_of(error, write=action.write), reached=reached)
        return CallFailed(call=action.call, error=_redacted_failure(failure, action, workplace.resources))
    if outcome is not None:
        return _told(action, outcome, workplace.resources)
    return CallReturned(call=action.call, value=redacted(value, action, workplace.resources), cost=tool.cost or 0.0)


def _told(action: CallTool, outcome: Outcome[object], resources: Resources) -> CallReturned | CallDeferred:
    """What came of a call whose tool knows more about it than its value."""
    if outcome.deferred:
        return CallDeferred(
            call=action.call, timeout=allowed(outcome.deferred), tokens=outcome.tokens, cost=outcome.cost
        )
    if outcome.partial is not None or outcome.side_effects or outcome.pending is not None:
        return _returned_more(action, outcome, resources)
    return CallReturned(
        call=action.call, value=redacted(outcome.value, action, resources), tokens=outcome.tokens,
        cost=outcome.cost, confidence=outcome.confidence, reasoning=_reasoning(outcome, resources),
    )  # fmt: skip


def _reasoning(outcome: Outcome[object], resources: Resources) -> str:
    return resources.hidden_text(outcome.reasoning) if outcome.reasoning else ""


def _returned_more(action: CallTool, outcome: Outcome[object], resources: Resources) -> CallReturned:
    """A value with more beside it than what it cost and how sure it is."""
    value, missing, facts, pending = cast(
        "list[Any]",
        redacted(
            [outcome.value, outcome.partial, dict(outcome.side_effects), pending_data(outcome.pending)],
            action,
            resources,
        ),
    )
    return CallReturned(
        call=action.call, value=value, tokens=outcome.tokens, cost=outcome.cost, confidence=outcome.confidence,
        reasoning=_reasoning(outcome, resources), partial=missing, side_effects=facts, pending=pending,
    )  # fmt: skip


async def ask_check(
    workplace: Workplace, tool: Tool, action: CheckTool, given: Arguments, caller: Caller, deadline: float | None
) -> CallReconciled | CheckFailed:
    """Ask a tool's check whether the effect of a call took place. Raises CancelledError alone."""
    try:
        if isinstance(given, BaseException):
            raise given  # noqa: TRY301 - the same
        ctx = Context(
            idempotency_key=action.key, run=caller.run, task=caller.task, user=caller.user, step=action.address,
            deadline=deadline, resources=workplace.resources,
        )  # fmt: skip
        call = partial(tool.call_check, given, ctx)
        returned = await (call() if tool.check_is_async else _in_thread(workplace, call))  # type: ignore[misc]
        _see_process(workplace)
        if returned is None:
            return CallReconciled(call=action.call, found=False)
        outcome = tool.outcome(returned)
        _see_size(tool, outcome.value, workplace.limit)
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 - the same
        failure = failure_of(error, write=False)
        return CheckFailed(call=action.call, error=_redacted_failure(failure, action, workplace.resources))
    return CallReconciled(call=action.call, found=True, value=redacted(outcome.value, action, workplace.resources))


def filled(action: CallTool | CheckTool, resources: Resources) -> Mapping[str, object]:
    """The arguments with the values of secrets in their places. Raises ToolError: there is no such secret."""
    if not action.secrets:
        return action.args
    args = copy.deepcopy(dict(action.args))
    for (*way, last), name in action.secrets:
        inside: Any = args
        for part in way:
            inside = inside[part]
        inside[last] = resources.secret(name)
    return args


def redacted(value: object, action: CallTool | CheckTool, resources: Resources) -> object:
    """What a tool gave, without the values of secrets: these never reach the journal."""
    return resources.hidden(value, [name for _, name in action.secrets] if action.secrets else ())


def _redacted_failure(error: Failure, action: CallTool | CheckTool, resources: Resources) -> Failure:
    message, details = cast("list[Any]", redacted([error.message, error.details], action, resources))
    return dataclasses.replace(error, message=message, details=details)


async def _in_thread(workplace: Workplace, call: Callable[[], object]) -> object:
    returned = await workplace.threads.run(call)
    if isinstance(returned, Raised):
        raise returned.error
    return returned


def _see_process(workplace: Workplace) -> None:
    if os.getpid() != workplace.process:
        os._exit(70)  # the tool forked and this is its child: two processes must never act on one run


def _see_size(tool: Tool, value: object, limit: int) -> None:
    if (size := _size(value)) > limit:
        raise ToolError(
            "bad_output",
            f"the output of tool `{tool.name}` has {size:,} bytes, the limit is {limit:,} (max_value): "
            "keep it in a file and return its path",
            happened=True,
        )


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
