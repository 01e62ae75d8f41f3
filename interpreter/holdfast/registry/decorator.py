"""`@tool(...)`: a function becomes a tool and stays a function."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar

from holdfast.core.contract import Effect, Idempotency
from holdfast.plan.program import Retry
from holdfast.registry.definition import complete, define, with_check
from holdfast.registry.registered import Tool, Trust

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)
F = TypeVar("F", bound=Callable[..., object])


class ToolFunction(Generic[P, R_co]):
    """A function that is a tool. Called in Python, it is the plain function."""

    def __init__(self, function: Callable[P, R_co], defined: Tool) -> None:
        self._function, self._tool = function, defined
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """The plain function."""
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<tool {self._tool.name} at {self._tool.place}>"

    def check(self, function: F) -> F:
        """Decorate the function that says whether the effect of a call took place: its result, or None if not.

        It takes the tool's arguments, or some of them, and `ctx`, whose `idempotency_key` is that of the call in
        question. If the tool itself returns None, it returns `Outcome(None)` for "it happened".

        Raises:
            ConfigError: the tool's strategy is not `check`, there is a check already, or an argument is unknown.
        """
        self._tool = with_check(self._tool, function, _surroundings(function))
        return function

    @property
    def tool(self) -> Tool:
        """The registered form. Raises ConfigError when `idempotency="check"` and no check was given."""
        return complete(self._tool)


def tool(
    name: str,
    *,
    effect: Effect,
    idempotency: Idempotency | None = None,
    timeout: str | float | None = None,
    reversible: bool = True,
    undo: str | None = None,
    amount: str | None = None,
    dedup_window: str | float | None = None,
    settles_within: str | float | None = None,
    trust: Trust = "trusted",
    tags: Iterable[str] = (),
    retry: int | Retry | Mapping[str, object] | None = None,
    concurrency: int | None = None,
    rate: str | None = None,
    breaker: Mapping[str, object] | None = None,
    cost: float | None = None,
    input_schema: Mapping[str, Any] | None = None,
    output_schema: Mapping[str, Any] | None = None,
    version: str = "1",
) -> Callable[[Callable[P, R_co]], ToolFunction[P, R_co]]:
    """Make a function, async or not, a tool.

    Args:
        name: dotted, lower case, as plans will write it: `flights.book`.
        effect: `read` may be repeated freely; `write` changes something outside.
        idempotency: why repeating a write is safe; required for writes. `key`: the other side deduplicates on
            `ctx.idempotency_key`. `natural`: repeating leaves the same state. `check`: it can be asked whether it
            happened (`@name.check`). `none`: it is not; after an unknown outcome a person decides.
        timeout: for one attempt, `"5s"` or seconds, where neither step nor plan says.
        reversible: whether the effect can be undone at all.
        undo: the tool that undoes it.
        amount: the argument that says how much money is at stake.
        dedup_window: how long the other side remembers a key; None: for ever. Only with `key`.
        settles_within: how long until a check that finds nothing may be believed. Only with `check`.
        trust: `untrusted` for outputs that others write: web pages, mails, models.
        tags: free words for rules.
        retry: policy where neither step nor plan says: attempts, or a mapping with the words of a plan.
        concurrency: calls at once, over all runs of a process.
        rate: calls per time, over all runs of a process: `10/s`.
        breaker: when to leave the tool alone for a while: `{"failures": 5, "window": "1m", "open": "30s"}`.
        cost: money one call costs, where it does not say so itself.
        input_schema: JSON Schema of the arguments, checked before the type hints are.
        output_schema: JSON Schema of the output, checked after the return annotation was.
        version: change it when the meaning of the arguments changes; approvals are bound to it.

    Raises:
        ConfigError: the definition is wrong; the message shows where it stands.
    """
    options = {key: value for key, value in locals().items() if key != "name"}

    def decorate(function: Callable[P, R_co]) -> ToolFunction[P, R_co]:
        return ToolFunction(function, define(function, name, options, _surroundings(function)))

    return decorate


def _surroundings(function: Callable[..., object]) -> dict[str, Any]:
    """The names around a function that stands inside another one, for resolving its type hints."""
    if "<locals>" not in getattr(function, "__qualname__", ""):
        return {}
    return dict(sys._getframe(2).f_locals)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the only way
