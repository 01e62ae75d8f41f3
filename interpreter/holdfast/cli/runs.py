"""`holdfast runs`, `show`, `events`: what there is and what happened."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast.cli import times
from holdfast.cli.command import Command
from holdfast.cli.data import entry_data, result_data, run_data
from holdfast.cli.output import Output, compact, plain
from holdfast.cli.session import reading, wait_for
from holdfast.cli.table import fields, table
from holdfast.cli.waiting import next_commands, waiting_text

if TYPE_CHECKING:
    from holdfast.core.events import Entry
    from holdfast.core.review import Review
    from holdfast.journal.store import RunRow

STATUSES = ("running", "waiting", "paused", "succeeded", "failed", "aborted", "cancelled")
_COLOURS = {"succeeded": "green", "failed": "red", "aborted": "red", "cancelled": "yellow", "waiting": "cyan"}


def _runs_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", metavar="NAME", help="only runs of this plan")
    parser.add_argument(
        "--status", action="append", choices=STATUSES, default=[], help="only runs in this state; may be repeated"
    )
    parser.add_argument("--task", metavar="ID", help="only runs for this task")
    parser.add_argument("--user", metavar="ID", help="only runs of this user")
    parser.add_argument(
        "--limit", metavar="N", type=int, default=50, help="at most so many, the newest first (default 50)"
    )


def _runs(args: argparse.Namespace, out: Output) -> int:
    rows = wait_for(_list, args)
    out.show(lambda: [run_data(row) for row in rows], lambda: _runs_text(rows, out))
    return 0


async def _list(args: argparse.Namespace) -> list[RunRow]:
    from holdfast.journal.store import RunFilter

    which = RunFilter(plan=args.plan, status=args.status, task=args.task, user=args.user, limit=args.limit)
    async with reading(args) as store:
        return list(await store.runs(which))


def _runs_text(rows: Sequence[RunRow], out: Output) -> str:
    if not rows:
        return "no runs"
    now = time.time()
    lines = [
        (
            row.run,
            row.status,
            times.ago(row.created_at, now),
            row.task if row.task != row.run else "",
            waiting_text(row.waiting, now) or _error(row),
        )
        for row in rows
    ]
    return table(("RUN", "STATUS", "STARTED", "TASK", "WAITS FOR / ERROR"), lines, out.width, out.paint)


def _error(row: RunRow) -> str:
    error = (row.result or {}).get("error")
    return f"{error.get('code')}: {error.get('message')}" if isinstance(error, Mapping) else ""


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="its id, or an unambiguous beginning of it")


def _show(args: argparse.Namespace, out: Output) -> int:
    row, entries, reviews = wait_for(_journal, args)
    out.show(
        lambda: {**run_data(row), "result": result_data(row), "entries": [entry_data(entry) for entry in entries]},
        lambda: _show_text(row, entries, reviews, out),
    )
    return 0


async def _journal(args: argparse.Namespace) -> tuple[RunRow, list[Entry], list[Review]]:
    async with reading(args) as store:
        row = await store.run(args.run)
        reviews = [found.review for found in await store.reviews(run=row.run)]
        return row, await store.entries(row.run), reviews


def _show_text(row: RunRow, entries: Sequence[Entry], reviews: Sequence[Review], out: Output) -> str:
    from holdfast.cli.timeline import timeline

    now = time.time()
    result = row.result or {}
    over = row.status in {"succeeded", "failed", "aborted", "cancelled"}
    head = fields([
        ("run", row.run),
        ("plan", row.plan),
        ("task", row.task if row.task != row.run else ""),
        ("user", row.user if row.user != "local" else ""),
        ("status", row.status + (f" via {result['via']}" if result.get("via") else "")),
        ("started", f"{times.moment(row.created_at)}, {times.ago(row.created_at, now)}"),
        ("took" if over else "", times.duration(row.updated_at - row.created_at) if over else ""),
        ("waits for", waiting_text(row.waiting, now)),
        ("spent", spent_text(result.get("spent"))),
        ("output", compact(result["output"]) if result.get("output") is not None else ""),
        ("error", _error(row)),
    ])  # fmt: skip
    commands = next_commands(row.run, row.waiting, reviews)
    after = ["", "to go on:", *(f"  {line}" for line in commands)] if commands and not over else []
    status = out.paint(plain(row.status), _COLOURS.get(row.status, "bold"))
    return "\n".join([head.replace(f"  {row.status}", f"  {status}", 1), "", timeline(entries, out), *after])


def spent_text(spent: object) -> str:
    """What a run used: `3 calls, 1 failure, 0.4 s`; numbers that are zero are left out."""
    if not isinstance(spent, Mapping):
        return ""
    parts = [
        f"{spent[name]:g} {name if spent[name] != 1 else name.removesuffix('s')}"
        for name in ("calls", "failures", "tokens", "cost")
        if spent.get(name)
    ]
    elapsed = spent.get("elapsed")
    return ", ".join(parts + ([times.duration(float(elapsed))] if isinstance(elapsed, int | float) else []))


def _events_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="its id, or an unambiguous beginning of it")
    parser.add_argument(
        "--follow", action="store_true", help="go on printing as the journal grows, until the run is over"
    )
    parser.add_argument("--after", metavar="SEQ", type=int, default=0, help="leave out entries up to this number")


def _events(args: argparse.Namespace, out: Output) -> int:
    wait_for(_print_events, args, out)
    return 0


async def _print_events(args: argparse.Namespace, out: Output) -> None:
    from holdfast.core.explain import explain

    def show(entry: Entry) -> None:
        out.show(lambda: entry_data(entry), lambda: _event_line(entry, explain(entry.event), out))

    async with reading(args) as store:
        row = await store.run(args.run)
        if not args.follow:
            for entry in await store.entries(row.run, args.after):
                show(entry)
            return
        async for entry in store.follow(row.run, args.after):
            show(entry)
            if out.closed:
                return


def _event_line(entry: Entry, sentence: str, out: Output) -> str:
    address = plain(getattr(entry.event, "address", "") or "")
    kind = type(entry.event).__name__
    place = f"{address}  " if address else ""
    head = f"{entry.seq:>5}  {times.stamp(entry.at)}  {out.paint(kind.ljust(17), 'dim')}  "
    return head + " ".join(f"{place}{plain(sentence)}".splitlines())


COMMANDS = {
    "runs": Command(
        run=_runs, arguments=_runs_arguments, examples=("holdfast runs", "holdfast runs --status waiting --plan hello")
    ),
    "show": Command(
        run=_show,
        arguments=_show_arguments,
        examples=("holdfast show hello-3k9f",),
        details="Each step with its attempts, retries, fallbacks and reviews, when they were and why.",
    ),
    "events": Command(
        run=_events,
        arguments=_events_arguments,
        examples=("holdfast events hello-3k9f", "holdfast events hello-3k9f --follow --json"),
        details="With --json each entry is one line: {seq, at, kind, ...}; `holdfast schema events` describes it.",
    ),
}
