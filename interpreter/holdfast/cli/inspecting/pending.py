"""`holdfast pending`: effects that are not confirmed yet, and the subjects that are held."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from holdfast.cli.command import Command, UsageError, count
from holdfast.cli.session import reading, wait_for
from holdfast.cli.terminal import times
from holdfast.cli.terminal.data import values
from holdfast.cli.terminal.output import Output
from holdfast.cli.terminal.person import who
from holdfast.cli.terminal.table import table
from holdfast.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.journal.store import PendingRow, Store

STATES = ("reserved", "open", "held")


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", choices=STATES, help="only those in this state")
    parser.add_argument("--run", metavar="RUN", help="only those of this run")
    parser.add_argument("--subject", metavar="TEXT", help="only the one that holds this subject")
    parser.add_argument("--limit", metavar="N", type=count, default=100, help="at most so many, the oldest first (100)")


def _list(args: argparse.Namespace, out: Output) -> int:
    rows = wait_for(_rows, args)
    out.show(lambda: [values(row) for row in rows], lambda: _text(rows, out))
    return 0


async def _rows(args: argparse.Namespace) -> list[PendingRow]:
    async with reading(args) as store:
        run = (await store.run(args.run)).run if args.run else None
        return await store.pending(time.time(), state=args.state, run=run, subject=args.subject, limit=args.limit)


def _text(rows: Sequence[PendingRow], out: Output) -> str:
    if not rows:
        return "nothing is pending"
    now = time.time()
    lines = [
        (row.state, row.subject, row.run, row.address, times.ago(row.since, now),
         "" if row.due is None else times.until(row.due, now))
        for row in rows
    ]  # fmt: skip
    return table(("STATE", "SUBJECT", "RUN", "STEP", "SINCE", "UNTIL"), lines, out.width, out.paint)


def _release_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", metavar="SUBJECT", nargs="?", help="what is held, as `holdfast pending` shows it")
    parser.add_argument("--run", metavar="RUN", help="instead of a subject: the run")
    parser.add_argument("--step", metavar="ADDRESS", help="and the address of the step in it")
    parser.add_argument("--by", metavar="NAME", help="who decides; default: who is logged in")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; kept in the run's journal")


def _release(args: argparse.Namespace, out: Output) -> int:
    by_step = args.run is not None and args.step is not None
    if by_step == (args.subject is not None):
        raise UsageError("say what is to be released: a SUBJECT, or --run RUN and --step ADDRESS")
    row = wait_for(_released, args)
    out.show(lambda: values(row), lambda: f"{row.subject or row.address}: released")
    if row.state == "open":
        out.note(f"a process that sits with the run takes it up now; if none does: holdfast resume {row.run}")
    return 0


async def _released(args: argparse.Namespace) -> PendingRow:
    async with reading(args) as store:
        run, address = args.run, args.step
        if args.subject is not None:
            run, address = await _holder(store, args.subject)
        return await store.release_pending((await store.run(run)).run, address, who(args.by), args.reason, time.time())


async def _holder(store: Store, subject: str) -> tuple[str, str]:
    """Who holds a subject. Raises UnknownName."""
    rows = await store.pending(time.time(), subject=subject)
    if not rows:
        some = await store.pending(time.time())
        raise UnknownName("held subject", subject, [row.subject for row in some if row.subject])
    return rows[0].run, rows[0].address


COMMANDS = {
    "pending": Command(
        run=_list,
        arguments=_list_arguments,
        examples=("holdfast pending", "holdfast pending --subject follow-up:7"),
        details="reserved: the effect is in flight or unknown; open: it took place and waits for its confirmation; "
        "held: nothing confirmed it, and its subject stays taken until then.",
    ),
    "pending release": Command(
        run=_release,
        arguments=_release_arguments,
        examples=("holdfast pending release follow-up:7 --reason 'the CRM shows it'",),
        details="Say that an effect needs no confirmation any more: its subject is free for everybody. "
        "Look at the other system first: whoever waits for the subject goes on at once.",
    ),
}
