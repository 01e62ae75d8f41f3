"""`holdfast tools check`: whether a tool keeps what its contract promises."""

from __future__ import annotations

import argparse
import secrets
import sys
from typing import TYPE_CHECKING

from holdfast.cli.command import Command, UsageError
from holdfast.cli.session import configuration, registry, run_to_end
from holdfast.cli.terminal.output import Output, compact, plain
from holdfast.cli.upkeep.by_hand import ByHand
from holdfast.cli.upkeep.tools import call_arguments, call_given

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from holdfast.cli.upkeep.trial import Finding
    from holdfast.registry import Tool


def _arguments(parser: argparse.ArgumentParser) -> None:
    call_arguments(parser)
    parser.add_argument(
        "--yes",
        action="store_true",
        help="yes, change the outside world; for tools that write, where nobody can be asked",
    )
    parser.add_argument("--key", metavar="KEY", help="the idempotency key of a write (default: a new one)")


def _check(args: argparse.Namespace, out: Output) -> int:
    tools = registry(args)
    tool = tools.get(args.name)
    undo = tools.get(tool.contract.undo) if tool.contract.undo else None
    given = call_given(args, tool)
    _refuse_misfits(tool, given)
    write = tool.contract.effect == "write"
    key = (args.key or f"check-{secrets.token_hex(8)}") if write else ""
    _announce(tool, given, key, out)
    if write and not args.yes:
        _ask(tool, out)
    found = run_to_end(None, _tried, args, tool, undo, given, key)
    ok = all(one.ok is not False for one in found)
    out.show(lambda: _data(tool, key, found, ok=ok), lambda: _text(tool, found, out, ok=ok))
    return 0 if ok else 1


def _refuse_misfits(tool: Tool, given: Mapping[str, object]) -> None:
    from holdfast.registry import ToolError

    try:
        tool.validate_arguments(given)
    except ToolError as error:
        raise UsageError(
            f"{error.message}\n  = help: nothing was called; say `-i name=value` for each argument"
        ) from None


def _announce(tool: Tool, given: Mapping[str, object], key: str, out: Output) -> None:
    """Say what is going to be done, before it is."""
    from holdfast.cli.upkeep.trial import manner, steps

    contract = tool.contract
    kind = f"{contract.effect}, idempotency {contract.idempotency}" if key else contract.effect
    words = ", ".join(f"{name}={compact(one)}" for name, one in given.items())
    lines = [f"`{tool.name}` ({kind}) is really called, with {words or 'no arguments'}"]
    lines += [f"under the key {key}"] if key else []
    lines += [f"{number}. {step}" for number, step in enumerate(steps(tool), 1)]
    if manner(tool) == "check" and contract.settles_within:
        lines.append(f"its check may need {contract.settles_within:g} s to find it, and is waited for")
    out.note("\n  ".join(lines))


def _ask(tool: Tool, out: Output) -> None:
    """Whether the outside world may be changed. Raises UsageError: no, or nobody can be asked."""
    help_ = "say --yes if that is meant; nothing was called"
    if out.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"`{tool.name}` changes the outside world\n  = help: {help_}")
    out.prompt("it changes the outside world: do it? [y/N] ")
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise UsageError("nothing was called")


async def _tried(
    args: argparse.Namespace, tool: Tool, undo: Tool | None, given: Mapping[str, object], key: str
) -> list[Finding]:
    from holdfast.cli.upkeep.trial import trial

    async with ByHand(tool, configuration(args).secrets) as hands:
        return await trial(tool, undo, hands, given, key)


def _data(tool: Tool, key: str, found: Sequence[Finding], *, ok: bool) -> dict[str, object]:
    from holdfast.cli.terminal.data import values

    contract = tool.contract
    return {
        "tool": tool.name,
        "effect": contract.effect,
        "idempotency": contract.idempotency if key else None,
        "key": key or None,
        "ok": ok,
        "findings": [values(one) for one in found],
    }


def _text(tool: Tool, found: Sequence[Finding], out: Output, *, ok: bool) -> str:
    lines = [line for one in found for line in _lines(one, out)]
    verdict = "passed: it does what its contract says, as far as this shows" if ok else "did not pass"
    return "\n".join([*lines, "", f"`{tool.name}` {verdict}"])


def _lines(one: Finding, out: Output) -> list[str]:
    mark, colour = {True: ("ok", "green"), False: ("broken", "red"), None: ("open", "yellow")}[one.ok]
    first, *rest = plain(one.detail).split("\n")
    return [f"{out.paint(mark.ljust(6), colour)}  {one.what}: {first}", *(f"        {line}" for line in rest)]


COMMANDS = {
    "tools check": Command(
        run=_check,
        arguments=_arguments,
        examples=(
            "holdfast tools check hello.greet --input name=Ana",
            "holdfast tools check hello.keep --input text=hi --yes",
        ),
        details="It really calls the tool: a read twice; a write twice under one key where its contract says that this "
        "is safe (`key`, `natural`), once between two questions to its check (`check`), once alone (`none`). Results "
        "are held against the schema of its output, and what there would be to give against the arguments of the tool "
        "that undoes it. What it does to the outside world stays done; nothing of it is journaled. The exit code is 1 "
        "if a promise is broken.",
    ),
}
