"""`holdfast diff`: two runs side by side."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from holdfast.afterwards.comparison import compared
from holdfast.afterwards.why import chronicle_of
from holdfast.cli.command import Command
from holdfast.cli.session import reading, wait_for
from holdfast.cli.terminal.data import entry_data
from holdfast.cli.terminal.output import Output, compact, plain
from holdfast.cli.terminal.table import table
from holdfast.core.explain import explain

if TYPE_CHECKING:
    from holdfast.afterwards.chronicle import Chronicle
    from holdfast.afterwards.comparison import Comparison, Parting
    from holdfast.core.events import Entry

DIFFER = 1


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("left", metavar="RUN", help="a run, by its id or an unambiguous beginning of it")
    parser.add_argument("right", metavar="OTHER", help="another run")


def _diff(args: argparse.Namespace, out: Output) -> int:
    left, right = wait_for(_both, args)
    found = compared(left, right)
    out.show(lambda: _data(left, right, found), lambda: _text(left, right, found, out))
    return DIFFER if found.differ else 0


async def _both(args: argparse.Namespace) -> tuple[Chronicle, Chronicle]:
    async with reading(args) as store:
        args.run = args.left
        left = await chronicle_of(store, args.left)
        args.run = args.right
        return left, await chronicle_of(store, args.right)


def _data(left: Chronicle, right: Chronicle, found: Comparison) -> dict[str, object]:
    return {
        "left": _side(left),
        "right": _side(right),
        "differ": found.differ,
        "same_plan": found.same_plan,
        "shared": found.shared,
        "observation": _parting_data(found.observation),
        "decision": _parting_data(found.decision),
        "rows": [{"about": row.about, "name": row.name, "left": row.left, "right": row.right} for row in found.rows],
    }


def _side(chronicle: Chronicle) -> dict[str, object]:
    return {"run": chronicle.state.run, "plan": chronicle.plan.name, "plan_hash": chronicle.plan.hash}


def _parting_data(parting: Parting | None) -> dict[str, object] | None:
    if parting is None:
        return None
    sides = {"left": parting.left, "right": parting.right}
    return {
        "address": parting.address,
        **{name: None if entry is None else entry_data(entry) for name, entry in sides.items()},
    }


def _text(left: Chronicle, right: Chronicle, found: Comparison, out: Output) -> str:
    names = (left.state.run, right.state.run)
    same = "the same plan" if found.same_plan else f"other plans: {_plan(left)} and {_plan(right)}"
    lines = [f"A  {names[0]}", f"B  {names[1]}", same]
    if found.shared:
        lines.append(f"their first {found.shared} entries are the same ones")
    lines += _parting_lines("the first difference in what came in", found.observation)
    lines += _parting_lines("the first decision that differs", found.decision)
    if not found.differ:
        lines.append("nothing differs but time and cost")
    rows = [(f"{row.about} {row.name}".strip(), _cell(row.left), _cell(row.right)) for row in found.rows]
    return "\n".join([*lines, *(["", table(("", "A", "B"), rows, out.width, out.paint)] if rows else [])])


def _plan(chronicle: Chronicle) -> str:
    return f"{chronicle.plan.name} ({chronicle.plan.hash[:8]})"


def _parting_lines(what: str, parting: Parting | None) -> list[str]:
    if parting is None:
        return []
    at = f", at {plain(parting.address)}" if parting.address else ""
    return [f"{what}{at}:", f"  A  {_entry(parting.left)}", f"  B  {_entry(parting.right)}"]


def _entry(entry: Entry | None) -> str:
    return "nothing" if entry is None else f"{entry.seq}  {plain(explain(entry.event))}"


def _cell(value: object) -> str:
    return "-" if value is None else compact(value)


COMMANDS = {
    "diff": Command(
        run=_diff,
        arguments=_arguments,
        examples=("holdfast diff hello-3k9f hello-8m2c", "holdfast diff hello-3k9f hello-8m2c --json"),
        details="Steps are compared with the same steps; names of the runs, times, drawn pauses and keys are left out. "
        "Exit code 0: nothing differs but time and cost; 1: something does.",
    ),
}
