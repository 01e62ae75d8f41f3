"""What a tool is told about the call it serves."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from holdfast.registry.resources import Resources

if TYPE_CHECKING:
    import logging
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Coroutine

    import httpx


def new_token() -> str:
    """A text that nobody guesses: 256 bits of the system's randomness."""
    return "hf_" + base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


def digest_of(token: str) -> str:
    """All that is ever kept of a token."""
    return hashlib.blake2b(token.encode(), digest_size=32).hexdigest()


@dataclass(slots=True, kw_only=True)
class Context:
    """One call. A tool gets it as the parameter `ctx`, or whichever is annotated as `Context`.

    Every field has a default, so a test of a tool can make one: `Context(idempotency_key="k")`.

    Args:
        idempotency_key: the same for all attempts of one intended effect; empty for reads.
        run: the run's id.
        task: the task the run was started for.
        user: who started it.
        step: the step's address, such as `notify[lead-7]/send`.
        attempt: 1 for the first try.
        deadline: when the attempt will be given up, in seconds since 1970; None: never.
        resources: what the calls of one engine share.
        beat: who is told that the tool is still at it.
        issue: who makes tokens for results that come later.
        loop: the event loop of the engine, for tools that are plain functions.
    """

    idempotency_key: str = ""
    run: str = ""
    task: str = ""
    user: str = ""
    step: str = ""
    attempt: int = 1
    deadline: float | None = None
    resources: Resources = field(default_factory=Resources, repr=False, compare=False)
    beat: Callable[[object], None] | None = field(default=None, repr=False, compare=False)
    issue: Callable[[], Coroutine[Any, Any, str]] | None = field(default=None, repr=False, compare=False)
    loop: AbstractEventLoop | None = field(default=None, repr=False, compare=False)
    _http: httpx.AsyncClient | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def http(self) -> httpx.AsyncClient:
        """An HTTP client for async tools; needs httpx (`holdfast[http]`).

        Connections are shared by all calls of the engine; headers and cookies belong to this call. Timeouts end at
        the deadline. Raises ToolError `failed_precondition` where httpx is not installed.
        """
        if self._http is None:
            self._http = self.resources.http(self.deadline)
        return self._http

    @property
    def log(self) -> logging.LoggerAdapter[logging.Logger]:
        """Writes to the logger `holdfast.tools`; records carry `run` and `address`, and show no secret's value."""
        from holdfast.registry.tool_log import tool_log

        return tool_log(self.run, self.step, self.resources)

    def heartbeat(self, details: object = None) -> None:
        """Say that the tool is still at it; a step with `heartbeat` gives up one that has not for so long.

        Args:
            details: how far it is, plain data; the last of them is in the failure if it falls silent.
        """
        if self.beat is not None:
            self.beat(details)

    async def callback(self) -> str:
        """A token by which the result of this call can be given later, with `holdfast complete` or Python's `complete`.

        Ask for it before acting, hand it to the other side, and return `Outcome(deferred=True)`. It cannot be guessed,
        serves once, and stands in the store, as a digest, before this returns: a crash afterwards loses nothing.
        """
        if self.issue is None:
            return new_token()  # a tool under test: nobody waits for it
        return await self.issue()

    def callback_now(self) -> str:
        """The same for tools that are plain functions."""
        if self.issue is None or self.loop is None:
            return new_token()
        from asyncio import run_coroutine_threadsafe

        return run_coroutine_threadsafe(self.issue(), self.loop).result()

    def secret(self, name: str) -> str:
        """The value of a secret that the configuration's `[secrets]` names: `env:NAME` or `file:PATH`.

        Raises:
            ToolError: `failed_precondition`: it is not configured, or what it refers to is not there.
        """
        return self.resources.secret(name)
