"""Calls in flight: begun when the gate lets them, ended by an answer, by their timeout or by being dropped.

Rules of the file:
- Each call is one task of its own, so a tool may cancel, time out and open scopes in it as it likes.
- A call says one thing, once: after a timeout or a drop, whatever the tool still gives is thrown away.
- A tool that ignores its cancellation is abandoned; its task is kept apart until it ends.
- A call whose arguments do not fit never stands before a limit: it takes no place, no rate and is no circuit's probe.
- Cancellation that the engine asked for is told apart from a `CancelledError` that a tool raises by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Protocol

from holdfast.core.actions import CallTool, CheckTool
from holdfast.core.events import CallDoubted, CallFailed, CallReturned, CallWithheld, CheckFailed, Observation
from holdfast.core.failure import Failure
from holdfast.core.keys import call_digest
from holdfast.core.policy import Policy
from holdfast.engine.gate import Gate, Lane
from holdfast.engine.invoke import Caller, Workplace, arguments, ask_check, call_tool
from holdfast.engine.protection import Guard, Guards
from holdfast.engine.settings import Settings
from holdfast.engine.threads import Threads
from holdfast.registry import Registry, Resources, Tool, failure_of

HELD: Final = 0.01
"""Seconds: a call that a limit held back for less is not said to have been."""


class Host(Protocol):
    """Whose calls they are."""

    @property
    def caller(self) -> Caller:
        """The run, its task and its user."""
        ...

    def deliver(self, call: Call, observation: Observation) -> None:
        """A call has ended so."""
        ...

    async def issue(self, call: int) -> str:
        """A token by which the result of a call can be given later; it stands in the store when this returns."""
        ...


class Calls:
    """Performs the calls of all runs of one engine.

    Args:
        registry: the tools.
        settings: the engine's limits.
        clock: seconds since 1970, for the deadline that a tool sees.
        resources: what tools share; closed with this.
    """

    def __init__(
        self, registry: Registry, settings: Settings, clock: Callable[[], float], resources: Resources
    ) -> None:
        self.process = os.getpid()
        self.loop = asyncio.get_running_loop()
        self.settings, self.clock, self.registry = settings, clock, registry
        self.policy: Policy | None = None
        self.gate = Gate(settings, self.loop)
        self.workplace = Workplace(Threads(), resources, settings.max_value, self.process)
        self._guards = Guards()
        self._stubborn: set[Call] = set()

    def call(self, host: Host, action: CallTool) -> Call:
        """A call of a tool, made ready and not begun yet."""
        tool = self.registry.get(action.tool)
        return Call(self, host, action, tool, self._guards.of(tool))

    def check(self, host: Host, action: CheckTool) -> Call:
        """A question to a tool's `check`, not begun yet. Breakers do not apply: an outcome has to be settled."""
        return Call(self, host, action, self.registry.get(action.tool), None)

    def keep(self, call: Call) -> None:
        """A cancelled call whose task has not ended yet."""
        self._stubborn.add(call)

    def release(self, call: Call) -> None:
        """Its task has ended after all."""
        self._stubborn.discard(call)

    async def close(self) -> None:
        """Let cancelled calls end; close the coroutines of those that do not, so that the event loop can."""
        if self._stubborn:
            await asyncio.wait([call.task for call in self._stubborn if call.task], timeout=self.settings.call_grace)
        for call in list(self._stubborn):
            call.destroy()
        await asyncio.sleep(0)
        self.workplace.threads.close()
        await self.workplace.resources.aclose()


class Call:
    """One call, or one question to a `check`.

    `number`: in its run; `run`: the run's id; `write`: whether it may change the world.
    """

    __slots__ = (
        "_action", "_arguments", "_calls", "_guard", "_heard", "_heartbeat", "_held", "_host", "_opened", "_over",
        "_place", "_pulse", "_silent", "_timer", "_tool", "_unfitting", "_work", "expired", "lane", "number",
        "run", "said", "task", "write",
    )  # fmt: skip

    def __init__(self, calls: Calls, host: Host, action: CallTool | CheckTool, tool: Tool, guard: Guard | None) -> None:
        self._calls, self._host, self._action, self._tool, self._guard = calls, host, action, tool, guard
        self.number, self.run = action.call, host.caller.run
        self.write, self._heartbeat = (action.write, action.heartbeat) if type(action) is CallTool else (False, None)
        self._arguments = arguments(calls.workplace, tool, action)
        self.lane: Lane | None = guard.lane if guard is not None else None
        self.said: Observation | None = None
        self.task: asyncio.Task[None] | None = None
        self.expired = False
        self._over = self._place = False
        self._unfitting = isinstance(self._arguments, BaseException) and type(action) is CallTool
        self._timer: asyncio.TimerHandle | None = None
        self._pulse: asyncio.TimerHandle | None = None
        self._heard: object = None
        self._silent = False
        self._held: tuple[str, float] | None = None
        self._opened = 0.0

    @property
    def begun(self) -> bool:
        """Whether the gate let it through."""
        return self._place

    # --- life ------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Begin now, or once there is room."""
        if self._unfitting:
            self._work = self._perform(None)
            self.task = self._calls.loop.create_task(self._work)
            return
        self._calls.gate.enter(self)
        if not self._place:
            self._held = self._calls.gate.holding(self), self._calls.loop.time()

    def begin(self) -> None:
        """The gate lets the call through; an open circuit may still refuse it."""
        self._place = True
        if self._held is not None:
            self._held = self._held[0], self._calls.loop.time() - self._held[1]
        if type(self._action) is CallTool and (unfit := self._unfit(self._action)) is not None:
            self._calls.loop.call_soon(self._withhold, unfit)
            return
        if self._guard is not None and (wait := self._guard.refuses(self._calls.loop.time())) is not None:
            self._calls.loop.call_soon(self._refuse, wait)
            return
        timeout = self._timeout()
        if timeout is not None:
            self._timer = self._calls.loop.call_later(timeout, self._expire)
        if self._heartbeat is not None:
            self._pulse = self._calls.loop.call_later(self._heartbeat, self._fall_silent)
        self._work = self._perform(timeout)
        self.task = self._calls.loop.create_task(self._work)

    def _refuse(self, wait: float) -> None:
        if not self._over:
            self._calls.gate.leave(self)
            self._say(CallFailed(call=self.number, error=_circuit_open(self._tool.contract.name, wait)))

    def _unfit(self, action: CallTool) -> Observation | None:
        """Why a call that was allowed when it was decided must not begin now (11-hard-cases 11)."""
        if action.doubtful:
            return CallDoubted(call=self.number)
        policy = self._calls.policy
        if policy is not None and action.policy not in {None, policy.hash}:
            return CallWithheld(call=self.number, reason="policy")
        if action.approved is None:
            return None
        digest, until = action.approved
        contract = self._tool.contract
        if call_digest(contract.name, contract.version, action.key, action.args) != digest:
            return CallFailed(call=self.number, error=_another_version(contract.name))
        return CallWithheld(call=self.number, reason="expired") if self._calls.clock() > until else None

    def _withhold(self, unfit: Observation) -> None:
        if not self._over:
            self._calls.gate.leave(self)
            self._say(unfit)

    def drop(self) -> None:
        """Nobody waits for it any more: it says nothing from now on."""
        if self._over:
            return
        self._over = True
        if not self._place and not self._unfitting:
            self._calls.gate.withdraw(self)
            return
        self._leave(None)
        self._cancel()

    def destroy(self) -> None:
        """Close the coroutine of a tool that ignores its cancellation."""
        if self.task is not None and not self.task.done():
            with contextlib.suppress(RuntimeError, ValueError):
                self._work.close()
            self.task.add_done_callback(_ended)
            self.task.cancel()

    async def _perform(self, allowed: float | None) -> None:
        observation: Observation | None
        try:
            observation = await self._outcome(allowed)
        except asyncio.CancelledError as error:
            cancelled = self._over or self.expired
            observation = None if cancelled else self._failed(failure_of(error, write=self.write))
        if self._over or self.expired:
            self._calls.release(self)
            if self._over:
                return
            observation = None
        self._end(observation or self._timed_out(allowed))

    def _outcome(self, allowed: float | None) -> Awaitable[Observation]:
        action, calls, tool, caller = self._action, self._calls, self._tool, self._host.caller
        deadline = None if allowed is None else calls.clock() + allowed
        if isinstance(action, CallTool):
            beat = None if action.heartbeat is None else self._beat
            return call_tool(calls.workplace, tool, action, self._arguments, caller, deadline, beat, self._issue)
        return ask_check(calls.workplace, tool, action, self._arguments, caller, deadline)

    async def _issue(self) -> str:
        """A token by which the result can be given later."""
        return await self._host.issue(self._action.call)

    # --- timeouts --------------------------------------------------------------------------------------------------

    def _timeout(self) -> float | None:
        if self._action.timeout is not None:
            return self._action.timeout
        own = self._tool.contract.timeout
        return own if own is not None or isinstance(self._action, CallTool) else self._calls.settings.check_timeout

    def _beat(self, details: object) -> None:
        """The tool says that it is still at it; it may do so from a thread of its own."""
        self._calls.loop.call_soon_threadsafe(self._alive, details)

    def _alive(self, details: object) -> None:
        if self._pulse is not None and self._heartbeat is not None and not self.expired and not self._over:
            self._heard = self._calls.workplace.resources.hidden(details)
            self._pulse.cancel()
            self._pulse = self._calls.loop.call_later(self._heartbeat, self._fall_silent)

    def _fall_silent(self) -> None:
        if not self.expired:
            self._silent = True
            if self._timer is not None:
                self._timer.cancel()
            self._expire()

    def _expire(self) -> None:
        self.expired = True
        self._cancel()
        self._timer = self._calls.loop.call_later(self._calls.settings.call_grace, self._abandon)

    def _abandon(self) -> None:
        if not self._over:
            self._end(self._timed_out(self._timeout()))

    def _cancel(self) -> None:
        if self.task is not None and not self.task.done():
            self._calls.keep(self)
            self.task.cancel()

    def _timed_out(self, timeout: float | None) -> Observation:
        happened = None if self.write else False
        if self._silent:
            message = f"no heartbeat for {self._heartbeat:g} s"
            return self._failed(Failure(code="timeout", message=message, happened=happened, details=self._heard))
        return self._failed(Failure(code="timeout", message=f"no answer within {timeout:g} s", happened=happened))

    # --- the end ---------------------------------------------------------------------------------------------------

    def _failed(self, error: Failure) -> Observation:
        if isinstance(self._action, CallTool):
            return CallFailed(call=self.number, error=error)
        return CheckFailed(call=self.number, error=error)

    def _end(self, observation: Observation) -> None:
        self._over = True
        self._leave(observation)
        self._say(observation)

    def _leave(self, observation: Observation | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._pulse is not None:
            self._pulse.cancel()
        if self._unfitting:
            return
        if self._guard is not None:
            if observation is None:
                self._guard.forget()
            else:
                code = observation.error.code if isinstance(observation, CallFailed) else None
                self._opened = self._guard.record(code, self._calls.loop.time())
        self._calls.gate.leave(self)

    def _say(self, observation: Observation) -> None:
        self._over = True
        if (self._held is not None or self._opened) and isinstance(observation, CallReturned | CallFailed):
            observation = self._with_limits(observation)
        self.said = observation
        self._host.deliver(self, observation)

    def _with_limits(self, observation: CallReturned | CallFailed) -> Observation:
        """The outcome with what limits had to do with it, for the journal."""
        by, seconds = self._held or ("", 0.0)
        if seconds >= HELD:
            observation = replace(observation, held=round(seconds, 3), held_by=by)
        if self._opened and isinstance(observation, CallFailed):
            observation = replace(observation, opened=self._opened)
        return observation


def _ended(task: asyncio.Task[None]) -> None:
    """Its coroutine was closed under it: how it ends is nobody's news, and asyncio is not to print it."""
    if not task.cancelled():
        task.exception()


def _another_version(tool: str) -> Failure:
    message = f"what was approved is not what would be called: `{tool}` has another version by now; start the run again"
    return Failure(code="failed_precondition", message=message, happened=False, reached=False)


def _circuit_open(tool: str, wait: float) -> Failure:
    return Failure(
        code="circuit_open",
        message=f"{tool} failed too often lately and is left alone for {wait:.3g} s",
        happened=False,
        retry_after=wait,
        reached=False,
    )
