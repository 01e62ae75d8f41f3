"""`holdfast effects`: the ledger of what was done to the outside world."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Final

from holdfast.cli.command import Command, count
from holdfast.cli.nearest import SEEN, told_apart
from holdfast.cli.session import configuration, reading, wait_for
from holdfast.cli.terminal import times
from holdfast.cli.terminal.data import effect_data
from holdfast.cli.terminal.output import Output, compact
from holdfast.cli.terminal.person import login
from holdfast.cli.terminal.table import table
from holdfast.cli.terminal.values import document
from holdfast.errors import InputError, ReviewError, UnknownName
from holdfast.journal.store import LIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.journal.store import EffectRow, ReviewRow, Store

STATES = ("intended", "succeeded", "failed", "unknown", "compensated", "unusable")


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", choices=STATES, help="only effects in this state")
    parser.add_argument("--tool", metavar="NAME", help="only effects of this tool")
    parser.add_argument("--run", metavar="RUN", help="only effects of this run")
    parser.add_argument(
        "--limit", metavar="N", type=count, default=100, help="at most so many, the newest first (default 100)"
    )


def _list(args: argparse.Namespace, out: Output) -> int:
    rows = wait_for(_rows, args)
    out.show(lambda: [effect_data(row) for row in rows], lambda: _text(rows, out))
    if not rows and args.tool:
        told_apart(out, {"--tool": args.tool}, {"--tool": wait_for(_tools, args)})
    return 0


async def _tools(args: argparse.Namespace) -> set[str]:
    async with reading(args) as store:
        return {row.tool for row in await store.effects(limit=SEEN)}


async def _rows(args: argparse.Namespace) -> list[EffectRow]:
    async with reading(args) as store:
        run = (await store.run(args.run)).run if args.run else None
        return list(await store.effects(state=args.state, tool=args.tool, run=run, limit=args.limit))


def _text(rows: Sequence[EffectRow], out: Output) -> str:
    if not rows:
        return "no effects"
    now = time.time()
    lines = [
        (row.state, row.tool, row.key, times.ago(row.intended_at, now), "" if row.value is None else compact(row.value))
        for row in rows
    ]
    return table(("STATE", "TOOL", "KEY", "INTENDED", "RESULT"), lines, out.width, out.paint)


def _resolve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tool", metavar="TOOL", help="the tool's name")
    parser.add_argument("key", metavar="KEY", help="the idempotency key, as `holdfast effects` shows it")
    parser.add_argument(
        "--state", choices=("succeeded", "failed"), required=True, help="succeeded: it took place; failed: it did not"
    )
    parser.add_argument("--value", metavar="JSON", help="what the call would have returned, for succeeded")


def _resolve(args: argparse.Namespace, out: Output) -> int:
    value = document(args.value, "--value") if args.value is not None else None
    row = wait_for(_resolved, args, value)
    out.show(lambda: effect_data(row), lambda: f"{row.tool} {row.key}: {row.state}\nnext: holdfast resume {row.run}")
    return 0


async def _resolved(args: argparse.Namespace, value: object) -> EffectRow:
    async with reading(args) as store:
        await _refuse_unknown(store, args)
        await _refuse_if_asked(store, args)
        _refuse_secrets(args, value)
        return await store.resolve_effect(args.tool, args.key, args.state, value, time.time(), login())


async def _refuse_unknown(store: Store, args: argparse.Namespace) -> None:
    """Raises UnknownName with a guess: there is no such effect."""
    rows = await store.effects(limit=_MANY)
    if not any((row.tool, row.key) == (args.tool, args.key) for row in rows):
        raise UnknownName("effect", f"{args.tool} {args.key}", [f"{row.tool} {row.key}" for row in rows[:SEEN]])


def _refuse_secrets(args: argparse.Namespace, value: object) -> None:
    """What is said here is kept as it is. Raises InputError."""
    from holdfast.registry.resources import Resources

    if Resources(configuration(args).secrets).hidden(value) != value:
        raise InputError("--value would show the value of a secret that is configured here, and stand in the store")


async def _refuse_if_asked(store: Store, args: argparse.Namespace) -> None:
    """A live run that asks about the effect would never learn what the ledger is told. Raises ReviewError."""
    rows = await store.effects(tool=args.tool, limit=_MANY)
    effect = next((row for row in rows if row.key == args.key), None)
    if effect is None or (await store.run(effect.run)).status not in LIVE:
        return
    for state in ("open", "answered"):
        for asked in await store.reviews(state=state, run=effect.run, limit=_MANY):
            if asked.review.trigger_on in _WAYS and asked.review.address == effect.address:
                raise ReviewError(_asked(asked))


def _asked(asked: ReviewRow) -> str:
    review = asked.review.id
    if asked.state != "open":
        by = f" by {asked.by}" if asked.by else ""
        return (
            f"run {asked.run} asked what became of this effect, and it was decided `{asked.decision}`{by}"
            f"\n  = help: `holdfast resume {asked.run}` goes on with that"
        )
    ways = [
        (f"holdfast decide {review} {word}", meaning) for word, meaning in _WAYS[asked.review.trigger_on].items()
        if word.partition(" ")[0] in asked.review.decisions
    ]  # fmt: skip
    size = max((len(line) for line, _ in ways), default=0)
    return "\n".join(
        [
            f"run {asked.run} itself asks what became of this effect; tell it, so that it goes on",
            *(f"  = help: `{line}`{'':{size - len(line)}}  {meaning}" for line, meaning in ways),
        ]
    )


_MANY: Final = 1_000_000

_WAYS: Final = {
    "unknown_outcome": {
        "happened --value JSON": "it took place, and gave this",
        "retry": "calls once more",
        "fail": "it did not happen",
    },
    "unusable": {
        "output --value JSON": "this is what it gave",
        "fail": "nobody knows what it gave",
    },
}


COMMANDS = {
    "effects": Command(
        run=_list,
        arguments=_list_arguments,
        examples=("holdfast effects --state unknown", "holdfast effects --run hello-3k9f"),
    ),
    "effects resolve": Command(
        run=_resolve,
        arguments=_resolve_arguments,
        examples=("holdfast effects resolve mail.send local:hello:t1:send --state failed",),
        details="For effects whose run does not ask about them; else `holdfast decide` tells the run. "
        "Look at the other system first: what you say here is believed. What succeeded is not tried again.",
    ),
}
