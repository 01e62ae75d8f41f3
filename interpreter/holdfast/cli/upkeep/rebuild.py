"""`holdfast rebuild`: the tables beside the journals, made anew from the journals."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from holdfast.cli.command import Command
from holdfast.cli.session import reading, wait_for
from holdfast.cli.terminal.output import Output, compact, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.journal.keeping import Difference

DIFFERS: Final = 1
SHOWN: Final = 50
"""Differences that are printed for people."""

_LONGEST: Final = 60


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="only list what differs; exit code 1 if something does")


def _run(args: argparse.Namespace, out: Output) -> int:
    found = wait_for(_found, args)
    out.show(lambda: [_data(one) for one in found], lambda: _text(found, check=args.check))
    return DIFFERS if found and args.check else 0


async def _found(args: argparse.Namespace) -> list[Difference]:
    from holdfast.plan.load import load_source

    async with reading(args) as store:
        if args.check:
            return await store.differences(load_source, time.time())
        return await store.rebuild(load_source, time.time())


def _data(one: Difference) -> dict[str, object]:
    return {
        "run": one.run, "table": one.table, "name": one.name, "field": one.field, "stands": one.stands,
        "expected": one.expected,
    }  # fmt: skip


def _text(found: Sequence[Difference], *, check: bool) -> str:
    if not found:
        return "every table is what the journals say"
    lines = [_line(one) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"and {len(found) - SHOWN} more: --json lists all")
    counted = Counter(_NOUNS[one.table] for one in found)
    said = ", ".join(f"{noun}: {number}" for noun, number in counted.items())
    ending = "differ from the journals; `holdfast rebuild` sets them right" if check else "were set right"
    return "\n".join([*lines, f"{len(found)} value{'s' * (len(found) > 1)} ({said}) {ending}"])


_NOUNS: Final = {
    "run": "rows of runs",
    "effect": "effect ledger",
    "review": "reviews",
    "pending": "pending operations",
    "callback": "tokens",
    "inbox": "inbox",
}


def _line(one: Difference) -> str:
    what = plain(" ".join(part for part in (one.run, one.table, one.name) if part))
    if one.table == "inbox":
        return f"{what}: {plain(str(one.stands))} was put there by somebody without the key"
    if not one.field:
        return f"{what}: {'is missing' if one.stands is None else 'stands in no journal'}"
    return f"{what}: {one.field} is {_short(one.stands)}, the journal says {_short(one.expected)}"


def _short(value: object) -> str:
    text = compact(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


COMMANDS = {
    "rebuild": Command(
        run=_run,
        arguments=_arguments,
        examples=("holdfast rebuild --check", "holdfast rebuild"),
        details="The effect ledger, reviews, pending operations, tokens and the rows of runs follow from the journals. "
        "Refused while a worker lives; all is set right in one transaction, or nothing.",
    ),
}
