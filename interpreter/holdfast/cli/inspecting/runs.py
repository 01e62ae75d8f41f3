"""`holdfast runs`, `show`, `events`: what there is and what happened."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.afterwards.trace import Trace
from holdfast.cli.command import Command, UsageError, count
from holdfast.cli.family import as_tree
from holdfast.cli.nearest import SEEN, told_apart
from holdfast.cli.session import reading, wait_for
from holdfast.cli.terminal import times
from holdfast.cli.terminal.data import entry_data, result_data, run_data
from holdfast.cli.terminal.output import Output, compact, plain
from holdfast.cli.terminal.table import fields, table
from holdfast.cli.waiting import NOT_CARRIED_OUT, next_commands, waiting_text
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.afterwards.known import Known
    from holdfast.core.events import Entry
    from holdfast.core.review import Review
    from holdfast.journal.store import ReviewRow, RunRow, Store

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
        "--label", metavar="NAME=VALUE", action="append", default=[],
        help="only runs of plans with this label; may be repeated",
    )  # fmt: skip
    parser.add_argument("--owner", metavar="NAME", help="only runs of plans of this owner")
    parser.add_argument("--flat", action="store_true", help="child runs by their age, not below their parents")
    parser.add_argument(
        "--limit", metavar="N", type=count, default=50, help="at most so many, the newest first (default 50)"
    )


def _runs(args: argparse.Namespace, out: Output) -> int:
    rows, state = wait_for(_list, args)
    out.show(lambda: [run_data(row) for row in rows], lambda: _runs_text(rows, state, out, flat=args.flat))
    if not rows and (args.plan or args.task or args.user):
        given = {"--plan": args.plan, "--task": args.task, "--user": args.user}
        told_apart(out, given, wait_for(_names, args))
    return 0


async def _names(args: argparse.Namespace) -> dict[str, set[str]]:
    """Of the runs that there are: what their filters may say."""
    from holdfast.journal.store import RunFilter

    async with reading(args) as store:
        rows = await store.runs(RunFilter(limit=SEEN))
    return {option: {getattr(row, option[2:]) for row in rows} for option in ("--plan", "--task", "--user")}


@pair
class _Standing:
    """What the runs' rows alone do not tell.

    Args:
        left: ids of runs that have something to do and no living process that does it.
        answered: reviews by id whose decision their run has not taken yet.
    """

    left: frozenset[str]
    answered: Mapping[str, ReviewRow]

    def status(self, row: RunRow) -> str:
        """The status, and whether nobody sees to it."""
        return NOT_CARRIED_OUT if row.status == "running" and row.run in self.left else row.status

    def waits(self, row: RunRow, now: float) -> str:
        """What the run waits for."""
        return waiting_text(row.waiting, now, self.answered)


async def _standing(store: Store, rows: Sequence[RunRow], run: str | None = None) -> _Standing:
    left: list[str] = []
    answered: list[ReviewRow] = []
    if any(row.status == "running" for row in rows):
        left = await store.ready(time.time(), "", _MANY)
    if any(item.get("for") == "review" for row in rows for item in row.waiting):
        answered = await store.reviews(state="answered", run=run, limit=_MANY)
    return _Standing(frozenset(left), {row.review.id: row for row in answered})


_MANY: Final = 1_000_000


async def _list(args: argparse.Namespace) -> tuple[list[RunRow], _Standing]:
    from holdfast.journal.store import RunFilter

    by_plan = bool(args.label) or args.owner is not None
    limit = _MANY if by_plan else args.limit
    which = RunFilter(plan=args.plan, status=args.status, task=args.task, user=args.user, limit=limit)
    async with reading(args) as store:
        rows = await store.runs(which)
        if by_plan:
            from holdfast.cli.afterwards.by_plan import of_plans, wanted_labels

            rows = (await of_plans(store, rows, wanted_labels(args.label), args.owner))[: args.limit]
        return rows, await _standing(store, rows)


def _runs_text(rows: Sequence[RunRow], state: _Standing, out: Output, *, flat: bool) -> str:
    if not rows:
        return "no runs"
    now = time.time()
    lines = [
        (
            _below(depth) + row.run,
            row.status,
            row.priority or "",
            times.ago(row.created_at, now),
            row.task if row.task != row.run else "",
            state.status(row) if state.status(row) != row.status else state.waits(row, now) or _error(row),
            row.origin,
        )
        for depth, row in ([(0, row) for row in rows] if flat else as_tree(rows))
    ]
    return table(
        ("RUN", "STATUS", "PRIORITY", "STARTED", "TASK", "WAITS FOR / ERROR", "FORK OF"), lines, out.width, out.paint
    )


def _below(depth: int) -> str:
    """A mark before a child run, which stands below its parent."""
    return "· " * (depth - 1) + "└ " if depth else ""


def _error(row: RunRow) -> str:
    error = (row.result or {}).get("error")
    return f"{error.get('code')}: {error.get('message')}" if isinstance(error, Mapping) else ""


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="its id, an unambiguous beginning of it, or its task")
    parser.add_argument(
        "--why",
        metavar="STEP",
        nargs="?",
        const="",
        help="why this step came out as it did, in plain sentences; without a name, why the run ended so",
    )


def _show(args: argparse.Namespace, out: Output) -> int:
    if not args.run and args.why:
        args.run, args.why = args.why, ""
    if not args.run:
        raise UsageError("name the run\n  = help: `holdfast runs` lists them")
    if args.why is not None:
        from holdfast.cli.inspecting.why import tell

        wait_for(tell, args, out)
        return 0
    from holdfast.cli.inspecting.told import told_data

    row, entries, reviews, state, held, below = wait_for(_journal, args)
    out.show(
        lambda: {
            **run_data(row),
            "result": result_data(row),
            "entries": [entry_data(entry) for entry in entries],
            **told_data(entries, held),
            **({"children": [run_data(child) for child in below]} if below else {}),
        },
        lambda: _show_text(row, entries, reviews, state, held, below, out),
    )
    return 0


def _child_line(row: RunRow, state: _Standing, now: float) -> str:
    """A child run in one line."""
    more = state.waits(row, now) or _error(row)
    return f"{row.run}: {state.status(row)}{f', {plain(more)}' if more else ''}"


async def _journal(
    args: argparse.Namespace,
) -> tuple[RunRow, list[Entry], list[Review], _Standing, Known | None, list[RunRow]]:
    from holdfast.cli.family import live_below, open_reviews
    from holdfast.cli.inspecting.origins import known_of
    from holdfast.journal.store import RunFilter

    async with reading(args) as store:
        row = await store.run(args.run)
        reviews = [found.review for found in await open_reviews(store, row.run, await live_below(store, row.run))]
        below = await store.runs(RunFilter(parent=row.run, limit=_MANY))
        entries = await store.entries(row.run)
        held = await known_of(store, row, entries)
        state = await _standing(store, [row, *below], None if below else row.run)
        return row, entries, reviews, state, held, below


def _show_text(
    row: RunRow,
    entries: Sequence[Entry],
    reviews: Sequence[Review],
    state: _Standing,
    held: Known | None,
    below: Sequence[RunRow],
    out: Output,
) -> str:
    from holdfast.cli.inspecting.timeline import timeline
    from holdfast.cli.inspecting.told import told_lines

    now = time.time()
    lines = {child.run: _child_line(child, state, now) for child in below}
    result = row.result or {}
    over = row.status in {"succeeded", "failed", "aborted", "cancelled"}
    head = fields([
        ("run", row.run),
        ("plan", row.plan),
        ("task", row.task if row.task != row.run else ""),
        ("fork of", _origin(row, entries)),
        ("user", row.user if row.user != "local" else ""),
        ("priority", str(row.priority) if row.priority else ""),
        ("status", state.status(row) + (f" via {result['via']}" if result.get("via") else "")),
        ("started", f"{times.moment(row.created_at)}, {times.ago(row.created_at, now)}"),
        ("took" if over else "", times.duration(row.updated_at - row.created_at) if over else ""),
        ("waits for", state.waits(row, now)),
        ("keeps", f"{result['events']} events that no wait has taken" if result.get("events") else ""),
        ("spent", spent_text(result.get("spent"))),
        ("output", compact(result["output"]) if result.get("output") is not None else ""),
        ("error", _error(row)),
        ("values", _erased(result.get("erased"))),
        *(("note", compact(note)) for note in _notes(result)),
    ])  # fmt: skip
    commands = next_commands(row.run, row.waiting, reviews, paused=row.status == "paused")
    if not commands and state.status(row) == NOT_CARRIED_OUT:
        commands = [f"holdfast resume {row.run}"]
    after = ["", "to go on:", *(f"  {line}" for line in commands)] if commands and not over else []
    status = out.paint(plain(row.status), _COLOURS.get(row.status, "bold"))
    return "\n".join(
        [
            head.replace(f"  {row.status}", f"  {status}", 1),
            "",
            timeline(entries, out, lines),
            *told_lines(entries, held),
            *after,
        ]
    )


def _origin(row: RunRow, entries: Sequence[Entry]) -> str:
    """Which run's history it shares, and how far."""
    if not row.origin:
        return ""
    from holdfast.core.events import RunForked

    seq = next((entry.event.seq for entry in reversed(entries) if isinstance(entry.event, RunForked)), 0)
    return f"{row.origin}, behind entry {seq}"


def _erased(said: object) -> str:
    """That the values of a run are erased: when, by whom, why."""
    if not isinstance(said, Mapping):
        return ""
    from holdfast.journal.erasure import erased_text

    why = f": {plain(said['reason'])}" if said.get("reason") else ""
    return f"{erased_text(said['at'], plain(said['by']))}{why}"


def _notes(result: Mapping[str, object]) -> Sequence[object]:
    """What went wrong without changing how the run ended."""
    notes = result.get("notes")
    return notes if isinstance(notes, list) else []


def spent_text(spent: object) -> str:
    """What a run used: `3 calls, 1 failure`; numbers that are zero are left out, and so is the time."""
    if not isinstance(spent, Mapping):
        return ""
    return ", ".join(
        f"{spent[name]:g} {name if spent[name] != 1 else name.removesuffix('s')}"
        for name in ("calls", "failures", "tokens", "cost")
        if spent.get(name)
    )


def _events_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="its id, an unambiguous beginning of it, or its task")
    parser.add_argument(
        "--follow", action="store_true", help="go on printing as the journal grows, until the run is over"
    )
    parser.add_argument("--after", metavar="SEQ", type=int, default=0, help="leave out entries up to this number")


def _events(args: argparse.Namespace, out: Output) -> int:
    wait_for(_print_events, args, out)
    return 0


async def _print_events(args: argparse.Namespace, out: Output) -> None:
    from holdfast.core.explain import explain

    trace = Trace()

    def show(entry: Entry) -> None:
        address = trace.place(entry)  # a result stands in the journal beside the number of its call only
        if entry.seq > args.after:
            out.show(lambda: entry_data(entry), lambda: _event_line(entry, address, explain(entry.event), out))

    async with reading(args) as store:
        row = await store.run(args.run)
        if not args.follow:
            for entry in await store.entries(row.run):
                show(entry)
            return
        async for entry in store.follow(row.run):
            show(entry)
            if out.closed:
                return


_KIND: Final = 20
"""Columns of the longest name of an event."""


def _event_line(entry: Entry, address: str, sentence: str, out: Output) -> str:
    kind = type(entry.event).__name__
    place = f"{plain(address)}  " if address else ""
    head = f"{entry.seq:>5}  {times.stamp(entry.at)}  {out.paint(kind.ljust(_KIND), 'dim')}  "
    return head + " ".join(f"{place}{plain(sentence)}".splitlines())


COMMANDS = {
    "runs": Command(
        run=_runs, arguments=_runs_arguments, examples=("holdfast runs", "holdfast runs --status waiting --plan hello")
    ),
    "show": Command(
        run=_show,
        arguments=_show_arguments,
        examples=("holdfast show hello-3k9f", "holdfast show hello-3k9f --why", "holdfast show hello-3k9f --why greet"),
        details="Each step with its attempts, retries, fallbacks and reviews, when they were and why; then the "
        "conversation with the requester, and the paths by which human, inferred and untrusted values came. "
        "With --json also `conversation` and `labels` (every label's path). With --why the chain of reasons of one "
        "outcome: decisions, errors, retries, what was read, what people said; [N] is the entry a sentence rests on.",
    ),
    "events": Command(
        run=_events,
        arguments=_events_arguments,
        examples=("holdfast events hello-3k9f", "holdfast events hello-3k9f --follow --json"),
        details="With --json each entry is one line: {seq, at, kind, ...}; `holdfast schema events` describes it.",
    ),
}
