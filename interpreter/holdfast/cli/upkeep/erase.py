"""`holdfast erase` and `holdfast retain`: the values of runs that are over are erased, what happened stays."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Final

from holdfast.cli.command import Command, UsageError
from holdfast.cli.session import configuration, reading, shelf, wait_for
from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import Output
from holdfast.cli.terminal.person import who

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.journal.keeping import Erased
    from holdfast.journal.store import RunRow, Store

TRACES: Final = 1
"""Exit code: the values are gone, and older copies of them may still be in the store's files."""

_MANY: Final = 1_000_000_000
_OVER: Final = ("succeeded", "failed", "aborted", "cancelled")


def _erase_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", metavar="RUN", nargs="*", help="its id, an unambiguous beginning of it, or its task")
    parser.add_argument("--user", metavar="ID", help="every run of this user")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why, for the journal")
    parser.add_argument("--by", metavar="NAME", help="who says so (default: who is logged in)")


def _erase(args: argparse.Namespace, out: Output) -> int:
    if bool(args.runs) == bool(args.user):
        raise UsageError("name the runs, or say whose with --user\n  = help: `holdfast runs` lists them")
    return _done(wait_for(_erased, args), out)


async def _erased(args: argparse.Namespace) -> tuple[list[Erased], bool]:
    async with reading(args) as store:
        if args.user:
            rows = await _of_user(store, args.user)
        else:
            rows = [await store.run(name) for name in args.runs]
        return await _carried_out(store, rows, args)


async def _of_user(store: Store, user: str) -> list[RunRow]:
    from holdfast.journal.store import RunFilter

    rows = await store.runs(RunFilter(user=user, parent="", limit=_MANY))
    if not rows:
        raise UsageError(f"no run belongs to the user `{user}`\n  = help: `holdfast runs --json` says whose they are")
    return rows


async def _carried_out(store: Store, rows: Sequence[RunRow], args: argparse.Namespace) -> tuple[list[Erased], bool]:
    from holdfast.journal.keeping import Erasing

    erasing = Erasing(by=who(args.by), at=time.time(), reason=args.reason)
    names = list(dict.fromkeys(row.run for row in rows))
    done = await store.erase(names, erasing) if names else []
    if (kept := shelf(args)) is not None:
        for plan_hash in {(await store.run(one.run)).plan_hash for one in done}:
            kept.drop(plan_hash)  # a plan that was made in a run is a value of that run
    return done, await store.sweep()  # also what an erasure that was killed has left


def _done(what: tuple[list[Erased], bool], out: Output) -> int:
    done, swept = what
    fresh = [one for one in done if not one.already]
    out.show(
        lambda: {
            "erased": [one.run for one in fresh], "already": [one.run for one in done if one.already], "swept": swept,
        },
        lambda: _text(done, fresh),
    )  # fmt: skip
    if not swept:
        out.error("somebody uses the store, so copies of the values may still be in its file or log: do it again later")
    return 0 if swept else TRACES


def _text(done: Sequence[Erased], fresh: Sequence[Erased]) -> str:
    lines = [f"{one.run}: {'was erased before' if one.already else 'its values are erased'}" for one in done]
    if fresh:
        lines.append(
            "what happened, when, under which keys, and who decided stays; backups from before hold the values still"
        )
    return "\n".join(lines) or "nothing to erase"


# --- By age -----------------------------------------------------------------------------------------------------------


def _retain_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--payloads", metavar="AGE", help="as [retention] payloads, for this time: like 90d")
    parser.add_argument("--dry-run", action="store_true", help="only list what would be erased")


def _retain(args: argparse.Namespace, out: Output) -> int:
    age = _age(args)
    args.by, args.reason = None, f"kept for {times.duration(age)} after their end"
    rows, what = wait_for(_retained, args, age)
    if args.dry_run:
        out.show(lambda: [row.run for row in rows], lambda: "\n".join(_due(row) for row in rows) or "nothing to erase")
        return 0
    return _done(what, out)


def _age(args: argparse.Namespace) -> float:
    from holdfast.config import parse_age

    if args.payloads is None:
        age = configuration(args).payloads
        if age is None:
            raise UsageError(
                'nothing says how long values are kept\n  = help: write `[retention]` with `payloads = "90d"` into '
                "holdfast.toml, or say --payloads 90d"
            )
        return age
    try:
        return parse_age(args.payloads)
    except ValueError as error:
        raise UsageError(f"--payloads: {error}") from None


def _due(row: RunRow) -> str:
    return f"{row.run}  {row.status}  ended {times.moment(row.updated_at)}"


async def _retained(args: argparse.Namespace, age: float) -> tuple[list[RunRow], tuple[list[Erased], bool]]:
    from holdfast.journal.store import RunFilter

    async with reading(args) as store:
        before = time.time() - age
        rows = await store.runs(RunFilter(status=_OVER, parent="", limit=_MANY))
        rows = [row for row in rows if row.updated_at <= before and "erased" not in (row.result or {})]
        rows = await _whole(store, rows)
        if args.dry_run:
            return rows, ([], True)
        return rows, await _carried_out(store, rows, args)


async def _whole(store: Store, rows: Sequence[RunRow]) -> list[RunRow]:
    """Those of which no copy has to be kept longer, and no effect is to be settled; the others are left for later."""
    from holdfast.journal.store import RunFilter

    going = {row.run for row in rows}
    every = await store.runs(RunFilter(limit=_MANY))
    copied = {row.origin for row in every if row.origin and row.run not in going and "erased" not in (row.result or {})}
    open_ones = {one.run for state in ("intended", "unknown") for one in await store.effects(state=state, limit=_MANY)}
    top = {row.run: row.parent for row in every}
    for run in [*copied, *open_ones]:
        above = run
        while above:
            going.discard(above)
            above = top.get(above, "")
    return [row for row in rows if row.run in going]


COMMANDS = {
    "erase": Command(
        run=_erase,
        arguments=_erase_arguments,
        examples=("holdfast erase hello-3k9f --reason 'asked to'", "holdfast erase --user u-17"),
        details="Inputs, arguments, results, answers, conversations and texts of errors go, out of the file too. That "
        "it happened, when, by which tools, under which keys, and who decided stays, and `holdfast audit verify` "
        "proves it still; the erasure is an entry of the journal. Child runs go with their run."
        " A run that is not over is refused.",
    ),
    "retain": Command(
        run=_retain,
        arguments=_retain_arguments,
        examples=("holdfast retain --dry-run", "holdfast retain"),
        details="Erases the values of runs that ended longer ago than [retention] payloads says, as `holdfast erase` "
        "does. Nothing does it by itself: let cron call it.",
    ),
}
