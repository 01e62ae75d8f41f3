"""`holdfast fork`: a new run out of the beginning of another one."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from holdfast.cli.command import Command
from holdfast.cli.session import shelf, wait_for, writing
from holdfast.cli.terminal.data import run_data
from holdfast.cli.terminal.output import Output
from holdfast.cli.terminal.person import who
from holdfast.cli.terminal.values import pairs

if TYPE_CHECKING:
    from holdfast.journal.store import RunRow


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="its id, or an unambiguous beginning of it")
    parser.add_argument(
        "--at", metavar="N", type=int, required=True, help="the last entry of its journal that is shared"
    )
    parser.add_argument(
        "--set", metavar="FACT=VALUE", action="append", default=[], help="a fact that is otherwise; may be repeated"
    )
    parser.add_argument(
        "-i", "--input", metavar="NAME=VALUE", action="append", default=[],
        help="an input that is otherwise; may be repeated",
    )  # fmt: skip
    parser.add_argument("--by", metavar="NAME", help="who says so; default: who is logged in")


def _fork(args: argparse.Namespace, out: Output) -> int:
    made = wait_for(_made, args)
    out.show(
        lambda: {**run_data(made), "at": args.at},
        lambda: f"{made.run} goes on from {made.origin}, behind entry {args.at}",
    )
    out.note(f"to carry it out: holdfast resume {made.run}")
    return 0


async def _made(args: argparse.Namespace) -> RunRow:
    from holdfast.engine.fork import fork
    from holdfast.engine.plans import Plans

    async with writing(args) as store:
        row = await store.run(args.run)
        plan = await Plans(store, shelf(args)).get(row.plan_hash)
        schemas = {name: declared.schema for name, declared in plan.inputs.items()}
        return await fork(
            store, plan, row, args.at, at=time.time(), inputs=pairs(args.input, schemas),
            facts=pairs(args.set, {}, "--set "), by=who(args.by),
        )  # fmt: skip


COMMANDS = {
    "fork": Command(
        run=_fork,
        arguments=_arguments,
        examples=(
            "holdfast fork hello-3k9f --at 4",
            "holdfast fork hello-3k9f --at 1 --input name=Bo",
            "holdfast fork book-flight-3k9f --at 12 --set airport=LGA",
        ),
        details="The new run has the history up to that entry, and decides anew from there; `holdfast resume` carries "
        "it out. What was done before is not repeated and never undone by it; what it does itself has keys of its own, "
        "which carry its id. Nothing can be forked where a write or a child run was under way: the message names "
        "entries near.",
    ),
}
