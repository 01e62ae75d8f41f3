"""Scripted tools, and the other side that they talk to: it outlives every process and counts what really took place.

An answer belongs to one try of one step. When a process dies and the next one makes the same try again, the other side
gives the same answer again, as far as the tool's contract promises that: under the same key (`key`), by leaving the
same state (`natural`), by being asked (`check`). A tool that promises nothing (`none`) takes effect once more, which is
what a test of the plan is to find out.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast

from holdfast.plan.codes import CODES
from holdfast.registry import Context, Outcome, Tool, ToolError
from holdfast.registry.limits import NO_LIMITS

if TYPE_CHECKING:
    from holdfast.plan.model.tests import ReplyModel
    from holdfast.testing.moments import Moments

Try = tuple[str, str, int, str]
"""A run, a step's address, the number of the attempt, and the arguments: a step that is done again has others."""


class Unscripted(ToolError):
    """A call for which the test has no answer."""


class Chance(Protocol):
    """What befalls calls beside what the script says."""

    def befalls(self, tool: str, address: str, attempt: int) -> ReplyModel | None:
        """How a try fails; None: it does not."""
        ...


class Counterpart:
    """The world behind the tools.

    Args:
        scripts: answers by tool, in order; the last one is given to all calls that follow.
        chance: what befalls tries; these take nothing from the scripts.
    """

    def __init__(self, scripts: Mapping[str, Sequence[ReplyModel]], chance: Chance | None = None) -> None:
        self._scripts, self._chance = scripts, chance
        self._befallen: Counter[str] = Counter()
        self._answered: dict[Try, ReplyModel | None] = {}
        self._calls: Counter[str] = Counter()
        self.effects: Counter[tuple[str, str]] = Counter()
        self._results: dict[tuple[str, str], ReplyModel] = {}
        self._died: set[tuple[Try, str]] = set()
        self.missing: list[str] = []

    def calls(self) -> Counter[str]:
        """How often each tool was called; a try that a death repeated counts once."""
        return Counter(self._calls)

    def answers(self, tool: str) -> int:
        """How many answers the script has for a tool."""
        return len(self._scripts.get(tool, ()))

    def took_place(self, tool: str) -> int:
        """How many effects of a tool took place."""
        return sum(count for (name, _), count in self.effects.items() if name == tool)

    def result(self, tool: str, key: str) -> ReplyModel | None:
        """What the effect under a key gave; None: it did not take place. A lost answer is the script's next."""
        found = self._results.get((tool, key))
        if found is None or not found.error or "returns" in found.model_fields_set:
            return found
        script = self._scripts.get(tool, ())
        later = [one for one in script[self._taken(tool) :] or script[-1:] if not one.error]
        return later[0] if later else found

    def _taken(self, tool: str) -> int:
        """How many of a tool's scripted answers were given."""
        return self._calls[tool] - self._befallen[tool]

    def reply(self, tool: str, tried: Try) -> ReplyModel:
        """The answer to a try: the script's next one, or the same as before. Raises Unscripted."""
        if tried not in self._answered:
            self._answered[tried] = self._befall(tool, tried) or self._next(tool)
            self._calls[tool] += 1
        found = self._answered[tried]
        if found is None:
            self.missing.append(tool)
            raise Unscripted("internal", f"the test says nothing about `{tool}`", happened=False)
        return found

    def dies(self, tried: Try, reply: ReplyModel, when: str) -> bool:
        """Whether the script has the process die here: once in a try, and not in the one that takes over."""
        if reply.crash != when or (tried, when) in self._died:
            return False
        self._died.add((tried, when))
        return True

    def _befall(self, tool: str, tried: Try) -> ReplyModel | None:
        _, address, attempt, _ = tried
        found = None if self._chance is None else self._chance.befalls(tool, address, attempt)
        self._befallen[tool] += found is not None
        return found

    def _next(self, tool: str) -> ReplyModel | None:
        script = self._scripts.get(tool, ())
        return script[min(self._taken(tool), len(script) - 1)] if script else None

    def happen(self, tool: Tool, key: str, reply: ReplyModel) -> None:
        """The effect takes place, unless the contract says that it already has."""
        known = (tool.name, key)
        if known in self._results and tool.contract.idempotency in {"key", "natural"}:
            return
        self.effects[known] += 1
        self._results[known] = reply


@dataclass(frozen=True, kw_only=True, eq=False)
class ScriptedTool(Tool):
    """A tool of the registry whose contract and types hold, and whose function is the test's script."""

    counterpart: Counterpart
    moments: Moments

    @cached_property
    def is_async(self) -> bool:
        """It waits in the test's own time."""
        return True

    @cached_property
    def check_is_async(self) -> bool:
        """The same for its check."""
        return True

    def call(self, values: Mapping[str, object], ctx: Context) -> object:
        """Do what the script says."""
        return self._act(ctx, repr(sorted(values.items())))

    def call_check(self, values: Mapping[str, object], ctx: Context) -> object:
        """Say whether the effect took place."""
        del values
        return self._check(ctx)

    async def _check(self, ctx: Context) -> object:
        await self.moments.here(f"before asking {self.name}")
        found = self.counterpart.result(self.name, ctx.idempotency_key)
        return None if found is None else _outcome(found)

    async def _act(self, ctx: Context, args: str) -> object:
        await self.moments.here(f"before {self.name}")
        before = self.counterpart.result(self.name, ctx.idempotency_key) if ctx.idempotency_key else None
        tried = (ctx.run, ctx.step, ctx.attempt, args)
        reply = self.counterpart.reply(self.name, tried)
        if self.counterpart.dies(tried, reply, "before"):
            await self.moments.die()
        if before is not None and self.contract.idempotency in {"key", "natural"}:
            return _outcome(before)
        if reply.delay:
            await asyncio.sleep(reply.delay)
        if self.contract.effect == "write" and (not reply.error or reply.effect or reply.happened):
            self.counterpart.happen(self, ctx.idempotency_key, reply)
            await self.moments.here(f"after {self.name}")
        if self.counterpart.dies(tried, reply, "after"):
            await self.moments.die()
        if reply.error:
            raise _error(reply)
        return _outcome(reply)


def _error(reply: ReplyModel) -> ToolError:
    if reply.error not in CODES:
        return ToolError("internal", f"the test's `error: {reply.error}` is no error code", happened=False)
    said: dict[str, Any] = {} if reply.happened is None else {"happened": reply.happened}
    return ToolError(cast("Any", reply.error), reply.message or f"scripted {reply.error}", **said)


def _outcome(reply: ReplyModel) -> Outcome[object]:
    return Outcome(
        reply.returns, confidence=reply.confidence, reasoning=reply.reasoning, tokens=reply.tokens or 0,
        cost=reply.cost or 0.0,
    )  # fmt: skip


def scripted(tool: Tool, counterpart: Counterpart, moments: Moments) -> ScriptedTool:
    """A tool with the script in place of its function, and without its limits."""
    held: dict[str, Any] = {field.name: getattr(tool, field.name) for field in fields(Tool)}
    held["limits"] = NO_LIMITS
    return ScriptedTool(**held, counterpart=counterpart, moments=moments)
