"""The trial of a tool's contract: what it promises is tried on the tool itself.

Rules of the file:
- A tool whose repeats are not safe (`none`) is called once, one that can be asked (`check`) too: nothing is done twice
  that the contract does not allow to be done twice.
- What a trial cannot see, such as whether the other side did a thing once, is said and not judged.
- After a broken promise nothing more is called.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from shlex import quote
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol

from holdfast.afterwards.differences import NOTHING, differences
from holdfast.cli.terminal.times import duration
from holdfast.core.events import CallDeferred, CallFailed, CheckFailed
from holdfast.values import pair, value

if TYPE_CHECKING:
    from holdfast.core.events import CallReconciled, CallReturned
    from holdfast.registry import Tool

SOONEST: Final = 0.2
LATEST: Final = 5.0
"""Seconds between two looks while a "no" is not yet a no: the first pause and the longest."""

_STEPS: Final = {
    "read": ("call it, and once more", "hold both results against the schema of its output"),
    "key": ("call it under one key, and once more under the same key", "compare the two results"),
    "natural": ("call it, and once more with the same arguments", "compare the two results"),
    "check": ("ask its check, which must find nothing", "call it once", "ask its check again, and compare"),
    "none": ("call it once, and not again: it says that a repeat is not safe",),
}


class Hands(Protocol):
    """Who makes the calls."""

    async def call(
        self, given: Mapping[str, object], key: str, attempt: int = 1
    ) -> CallReturned | CallDeferred | CallFailed:
        """Call the tool."""
        ...

    async def look(self, given: Mapping[str, object], key: str) -> CallReconciled | CheckFailed:
        """Ask its check."""
        ...


@value
class Finding:
    """One thing that was tried. `ok`: None where a trial cannot tell."""

    what: str
    ok: bool | None
    detail: str


@pair
class _Result:
    """What a call came to. `later`: the result comes later, there is nothing to compare yet."""

    value: object
    later: bool


class _Broken(Exception):
    """A promise does not hold."""


def manner(tool: Tool) -> str:
    """How a tool is tried: `read`, or the strategy of a write."""
    return "read" if tool.contract.effect == "read" else tool.contract.idempotency


def steps(tool: Tool) -> list[str]:
    """What the trial is going to do, for people, before it does it."""
    undo = tool.contract.undo
    return [
        *_STEPS[manner(tool)],
        *([f"see whether `{undo}` takes what it would be given; it is not called"] if undo else []),
    ]


async def trial(tool: Tool, undo: Tool | None, hands: Hands, given: Mapping[str, object], key: str) -> list[Finding]:
    """Try a tool's contract with these arguments.

    Args:
        tool: which; `given` fits its arguments.
        undo: the tool that its contract names.
        hands: who calls it.
        given: the arguments.
        key: of the effect; empty for a read.

    Raises Failed: it gave no answer in time.
    """
    found: list[Finding] = []
    try:
        await _Trial(tool, hands, given, key, found).through(undo)
    except _Broken as broken:
        what, _, detail = str(broken).partition("\n")
        found.append(Finding(what=what, ok=False, detail=detail))
    return found


class _Trial:
    def __init__(self, tool: Tool, hands: Hands, given: Mapping[str, object], key: str, found: list[Finding]) -> None:
        self._tool, self._hands, self._given, self._key, self._found = tool, hands, given, key, found

    async def through(self, undo: Tool | None) -> None:
        """All of it. Raises _Broken."""
        ways: Mapping[str, Callable[[], Awaitable[_Result]]] = {
            "read": self._read, "key": self._twice, "natural": self._twice, "check": self._asked, "none": self._once,
        }  # fmt: skip
        first = await ways[manner(self._tool)]()
        if undo is not None:
            self._undone(undo, first)

    async def _read(self) -> _Result:
        first = await self._call("the first call", 1)
        await self._call("the second call", 2)
        return first

    async def _twice(self) -> _Result:
        first = await self._call("the first call", 1)
        second = await self._call("the second call", 2)
        meaning = (
            "the other side did not do the same thing once, or the tool does not pass `ctx.idempotency_key` on"
            if manner(self._tool) == "key"
            else 'a repeat does not leave, or does not tell, the same state: then it is no "natural"'
        )
        self._agree("the same effect twice", first, second, meaning)
        return first

    async def _asked(self) -> _Result:
        before = self._looked("the check before the call", await self._hands.look(self._given, self._key))
        if before.found:
            raise _Broken(
                f"the check before the call\nit found {_shown(before.value)} under a key that nothing was done under: "
                "it has to look for `ctx.idempotency_key`, unless the key was used before"
            )
        self._note("the check before the call", "it found nothing")
        first = await self._call("the call", 1)
        after = await self._settled()
        self._agree(
            "the check after the call", first, _Result(after.value, later=False), "it has to tell what the tool did"
        )
        return first

    async def _once(self) -> _Result:
        first = await self._call("the call", 1)
        sentence = 'not tried: idempotency="none" says that a repeat is not safe; in a run a person is asked'
        self._open("a second call", sentence)
        return first

    async def _call(self, what: str, attempt: int) -> _Result:
        said = await self._hands.call(self._given, self._key, attempt)
        if isinstance(said, CallFailed):
            raise _Broken(f"{what}\nit failed with `{said.error.code}`: {said.error.message}")
        if isinstance(said, CallDeferred):
            self._open(what, "its result comes later: there is nothing to look at yet")
            return _Result(None, later=True)
        if fault := _misfit(self._tool, said.value):
            raise _Broken(f"{what}\nit gave {_shown(said.value)}, which its output schema does not allow: {fault}")
        self._note(what, f"it gave {_shown(said.value)}, which fits its output schema")
        return _Result(said.value, later=False)

    async def _settled(self) -> CallReconciled:
        """What the check says; while a "no" is not yet to be believed, it is asked again."""
        what, window = "the check after the call", self._tool.contract.settles_within or 0.0
        end, pause = monotonic() + window, SOONEST
        while True:
            after = self._looked(what, await self._hands.look(self._given, self._key))
            left = end - monotonic()
            if after.found:
                return after
            if left <= 0:
                late = f", {duration(window)} after it" if window else ""
                raise _Broken(f"{what}\nit found nothing{late}: a call that was made would be made again")
            await asyncio.sleep(min(pause, left))
            pause = min(2 * pause, LATEST)

    def _looked(self, what: str, said: CallReconciled | CheckFailed) -> CallReconciled:
        if isinstance(said, CheckFailed):
            raise _Broken(f"{what}\nit failed with `{said.error.code}`: {said.error.message}")
        return said

    def _agree(self, what: str, first: _Result, second: _Result, meaning: str) -> None:
        if first.later or second.later:
            self._open(what, "not compared: the result comes later")
            return
        for one in differences(first.value, second.value):
            where = f"at `{one.path}` " if one.path else ""
            raise _Broken(f"{what}\n{where}{_shown(one.left)}, then {_shown(one.right)}: {meaning}")
        alike = "the results are equal"
        if first.value in (None, True, False, "", [], {}):
            alike += f", but {_shown(first.value)} tells no effect from another: look at the other side"
            self._open(what, alike)
        else:
            self._note(what, alike)

    def _undone(self, undo: Tool, first: _Result) -> None:
        """Whether the tool that undoes takes what the call was given, and gave, under the names it asks for."""
        from holdfast.registry import ToolError

        what = f"undo with `{undo.name}`"
        here = {**self._given, **(first.value if isinstance(first.value, dict) else {})}
        wanted = undo.parameters.required
        missing = [name for name in wanted if name not in here]
        if missing == list(wanted) and len(missing) == 1 and not isinstance(first.value, dict | list | None):
            here[missing.pop()] = first.value
        if missing:
            sentence = f"neither arguments nor result have `{missing[0]}`: a plan's `compensate` has to say what it is"
            self._open(what, sentence)
            return
        args = {name: here[name] for name in undo.parameters.names if name in here}
        try:
            undo.validate_arguments(args)
        except ToolError as error:
            raise _Broken(f"{what}\nit does not take what it would be given: {error.message}") from None
        words = [f"-i {quote(f'{name}={_typed(one)}')}" for name, one in args.items()]
        command = " ".join(["holdfast tools call", undo.name, *words, "--yes"])
        self._note(
            what, f"it takes what it would be given, and was not called; what was done now is undone by\n{command}"
        )

    def _note(self, what: str, detail: str) -> None:
        self._found.append(Finding(what=what, ok=True, detail=detail))

    def _open(self, what: str, detail: str) -> None:
        self._found.append(Finding(what=what, ok=None, detail=detail))


def _misfit(tool: Tool, data: object) -> str:
    from holdfast.registry.given import GivenSchema

    schema = tool.output_schema()
    return GivenSchema.of(schema, f"output schema of `{tool.name}`", tool.place).fault(data) if schema else ""


def _typed(data: object) -> str:
    """A value as it is typed on a command line."""
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


def _shown(data: object) -> str:
    if data is NOTHING:
        return "nothing"
    text = json.dumps(data, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


_LONGEST: Final = 120
