"""`holdfast tools`: what plans can call."""

from __future__ import annotations

import argparse
import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from holdfast.cli.command import Command, Failed, UsageError
from holdfast.cli.session import configuration, registry, run_to_end
from holdfast.cli.terminal.output import Output, compact, plain
from holdfast.cli.terminal.table import fields, table
from holdfast.cli.terminal.times import duration
from holdfast.cli.terminal.values import file_map, pairs
from holdfast.cli.upkeep.by_hand import ByHand
from holdfast.lint.schemas import describe, properties, required

if TYPE_CHECKING:
    from holdfast.registry import Tool


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--effect", choices=("read", "write"), help="only tools with this effect")


def _list(args: argparse.Namespace, out: Output) -> int:
    tools = registry(args)
    found = [tool for tool in map(tools.get, tools.names()) if args.effect in (None, tool.contract.effect)]
    out.show(lambda: [_data(tool) for tool in found], lambda: _table(found, out))
    return 0


def _table(found: list[Tool], out: Output) -> str:
    rows = [(tool.name, _effect(tool), ", ".join(properties(tool.input_schema())), tool.summary) for tool in found]
    return table(("TOOL", "EFFECT", "ARGUMENTS", "DOES"), rows, out.width, out.paint) if rows else "no tools"


def _effect(tool: Tool) -> str:
    return tool.contract.effect + (f"/{tool.contract.idempotency}" if tool.contract.effect == "write" else "")


def _data(tool: Tool) -> dict[str, object]:
    from holdfast.cli.terminal.data import values

    return {
        **values(tool.contract),
        "description": tool.docs,
        "input": tool.input_schema(),
        "output": tool.output_schema(),
    }


def _name_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the tool's name")


def _show(args: argparse.Namespace, out: Output) -> int:
    tool = registry(args).get(args.name)
    out.show(lambda: _data(tool), lambda: _full(tool))
    return 0


def _full(tool: Tool) -> str:
    contract = tool.contract
    head = fields([
        ("tool", tool.name),
        ("effect", contract.effect),
        ("idempotency", contract.idempotency if contract.effect == "write" else ""),
        ("reversible", "" if contract.effect == "read" else "yes" if contract.reversible else "no"),
        ("undo", contract.undo or ""),
        ("timeout", duration(contract.timeout) if contract.timeout is not None else ""),
        ("tags", ", ".join(contract.tags)),
    ])  # fmt: skip
    schema = tool.input_schema()
    arguments = [
        f"  {plain(name)}: {describe(part)}{'' if name in required(schema) else ', optional'}{_default(part)}"
        for name, part in properties(schema).items()
    ]
    text = ["", *(f"  {line}" for line in plain(tool.docs).strip().splitlines())] if tool.docs else []
    output = tool.output_schema()
    returns = ["", "returns:", f"  {compact(output)}"] if output else []
    return "\n".join([head, *text, "", "arguments:" if arguments else "no arguments", *arguments, *returns])


def _default(schema: Mapping[str, object]) -> str:
    return f" (default {json.dumps(schema['default'])})" if schema.get("default") is not None else ""


def _call_arguments(parser: argparse.ArgumentParser) -> None:
    call_arguments(parser)
    parser.add_argument("--yes", action="store_true", help="yes, change the outside world; needed for tools that write")
    parser.add_argument(
        "--key", metavar="KEY", help="the idempotency key of a write (default: a new one, which is told)"
    )


def call_arguments(parser: argparse.ArgumentParser) -> None:
    """A tool and the arguments of one call."""
    _name_argument(parser)
    parser.add_argument(
        "-i", "--input", metavar="NAME=VALUE", action="append", default=[], help="one argument; may be repeated"
    )
    parser.add_argument("--inputs", metavar="FILE", help="arguments from a YAML or JSON file")


def call_given(args: argparse.Namespace, tool: Tool) -> dict[str, object]:
    """The arguments of the call. Raises UsageError, PlanError."""
    return {**(file_map(args.inputs) if args.inputs else {}), **pairs(args.input, properties(tool.input_schema()))}


def _call(args: argparse.Namespace, out: Output) -> int:
    tool = registry(args).get(args.name)
    given = call_given(args, tool)
    write = tool.contract.effect == "write"
    if write and not args.yes:
        raise UsageError(f"`{tool.name}` changes the outside world\n  = help: say --yes if that is meant")
    key = (args.key or f"by-hand-{secrets.token_hex(8)}") if write else ""
    if key:
        out.note(f"key {key} (say --key {key} to repeat this very effect)")
    result = run_to_end(None, _called, args, tool, given, key)
    out.show(lambda: result, lambda: plain(json.dumps(result, indent=2, ensure_ascii=False, default=str)))
    return 0


async def _called(args: argparse.Namespace, tool: Tool, given: dict[str, object], key: str) -> object:
    """What the tool gives. Raises Failed."""
    from holdfast.core.events import CallDeferred, CallFailed

    async with ByHand(tool, configuration(args).secrets) as hands:
        said = await hands.call(given, key)
    if isinstance(said, CallFailed):
        raise Failed(f"`{tool.name}` failed with `{said.error.code}`: {said.error.message}")
    return None if isinstance(said, CallDeferred) else said.value


COMMANDS = {
    "tools list": Command(
        run=_list, arguments=_list_arguments, examples=("holdfast tools list", "holdfast tools list --effect write")
    ),
    "tools show": Command(run=_show, arguments=_name_argument, examples=("holdfast tools show http.request",)),
    "tools call": Command(
        run=_call,
        arguments=_call_arguments,
        examples=(
            "holdfast tools call hello.greet --input name=Ana",
            "holdfast tools call hello.keep --input text=hi --yes",
        ),
        details="The call is not part of a run: nothing of it is journaled.",
    ),
}
