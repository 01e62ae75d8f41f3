"""`holdfast timers`: what time will do to the runs that are not over."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast.cli.command import Command, count
from holdfast.cli.session import reading, wait_for
from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import Output
from holdfast.cli.terminal.table import table
from holdfast.cli.waiting import timer_text

if TYPE_CHECKING:
    from holdfast.journal.store import RunRow

Timer = Mapping[str, object]


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", metavar="RUN", help="only timers of this run")
    parser.add_argument(
        "--limit", metavar="N", type=count, default=100, help="at most so many, the next first (default 100)"
    )


def _timers(args: argparse.Namespace, out: Output) -> int:
    rows = wait_for(_rows, args)
    timers = sorted((timer for row in rows for timer in timers_of(row)), key=lambda timer: float(str(timer["due"])))
    shown = timers[: args.limit]
    out.show(lambda: list(shown), lambda: _text(shown, out))
    return 0


async def _rows(args: argparse.Namespace) -> list[RunRow]:
    from holdfast.journal.store import LIVE, RunFilter

    async with reading(args) as store:
        if args.run:
            return [await store.run(args.run)]
        return await store.runs(RunFilter(status=sorted(LIVE), limit=_MANY))


_MANY = 1_000_000


def timers_of(row: RunRow) -> Iterator[Timer]:
    """The timers of one run, as its row tells: of what it waits for, and the next deadline beside them."""
    if row.wake_at is None:
        return
    dues: set[object] = set()
    for item in row.waiting:
        if item.get("due") is not None:
            dues.add(item["due"])
            yield {"due": item["due"], "run": row.run, "address": item.get("address", ""), "what": timer_text(item)}
    if row.wake_at not in dues:
        yield {"due": row.wake_at, "run": row.run, "address": "", "what": "the next deadline"}


def _text(timers: Sequence[Timer], out: Output) -> str:
    if not timers:
        return "no timers"
    now = time.time()
    lines = [
        (times.until(float(str(timer["due"])), now), timer["what"], timer["address"], timer["run"]) for timer in timers
    ]
    return table(("DUE", "WHAT", "STEP", "RUN"), lines, out.width, out.paint)


COMMANDS = {
    "timers": Command(
        run=_timers,
        arguments=_arguments,
        examples=("holdfast timers", "holdfast timers --run hello-3k9f"),
        details="A paused run has none: its time stands still. Of the deadlines of a run only the next one is listed.",
    ),
}
