"""`holdfast run` and `resume`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from holdfast.cli.command import Command, Interrupted, UsageError
from holdfast.cli.session import opened, reading, registry, run_to_end, shelf, wait_for, writing
from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import Output, compact, plain
from holdfast.cli.terminal.values import file_map, pairs
from holdfast.cli.waiting import next_commands, waiting_text
from holdfast.errors import HoldfastError, UnknownName
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.api.run import Result, Run
    from holdfast.api.session import Holdfast
    from holdfast.cli.people.prompt import Lines
    from holdfast.journal.store import ReviewRow, RunRow
    from holdfast.plan.program import Plan

TIMER_PATIENCE: Final = 60.0
"""Seconds for which a process sits with a run that waits for a timer, unless --wait says otherwise."""

CODES: Final = {"succeeded": 0, "failed": 1, "aborted": 1, "cancelled": 1}
PARKED: Final = 3


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN", help="a file, or the name of a plan in plans/")
    parser.add_argument(
        "-i",
        "--input",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="one input, read by its declared type; may be repeated",
    )
    parser.add_argument("--inputs", metavar="FILE", help="inputs from a YAML or JSON file; --input goes over it")
    parser.add_argument(
        "--task",
        metavar="ID",
        help="what it is for, in your terms: the same task again is the same run (default: a new run)",
    )
    parser.add_argument("--user", metavar="ID", default="local", help="on whose behalf (default local)")
    parser.add_argument(
        "--priority", metavar="N", type=int, default=0, help="higher goes first where runs wait for their turn"
    )
    parser.add_argument("--detach", action="store_true", help="only record the run; `holdfast resume` carries it out")
    _wait_argument(parser)


def _wait_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wait",
        metavar="DURATION",
        help="how long to sit with a run that waits: for anything, if given; else 1m for a timer, 0 for the rest",
    )


@pair
class _Stay:
    """How a process sits with runs: what it says, how long it waits for people and events, since when."""

    out: Output
    patience: float | None
    since: float
    below: bool = True
    """Whether child runs are shown below their parents; not where they are sat with themselves."""
    runs: list[str] = field(default_factory=list[str])
    """Ids of the runs it sat down with, in their order."""

    @property
    def linger(self) -> float:
        """Seconds for which a timer keeps a run with this process."""
        return TIMER_PATIENCE if self.patience is None else self.patience

    async def end(self, holdfast: Holdfast, run: Run, lines: Lines | None) -> _End:
        """Sit with a run until there is no sense in waiting longer."""
        from holdfast.cli.running.sitting import Sitting

        self.runs.append(run.id)
        self.out.note(_greeting(await run.row(), self.since))
        result = await Sitting(
            holdfast, run, self.out, self.patience or 0.0, lines, self.since, below=self.below
        ).stay()
        if result.status in CODES:
            return _End(result)
        from holdfast.cli.family import live_below, open_reviews

        rows = await open_reviews(holdfast, result.run, await live_below(holdfast, result.run))
        asked, paused = [row.review for row in rows], result.status == "paused"
        commands = next_commands(result.run, result.waiting, asked, paused=paused)
        return _End(result, commands, [row for row in rows if row.run != result.run])


def _greeting(row: RunRow, since: float) -> str:
    """What this process does with a run it sits down with."""
    task = f" (task {plain(row.task)})" if row.task != row.run else ""
    if row.created_at >= since:
        return f"{row.run} started{task}"
    if row.status in CODES and row.updated_at < since:
        return f"{row.run}{task} is over since {times.moment(row.updated_at)}: nothing was done"
    return f"going on with {row.run}{task}"


@pair
class _End:
    """What a run has come to, and the commands that let it go on."""

    result: Result
    commands: Sequence[str] = ()
    asked_below: Sequence[ReviewRow] = ()
    """Open questions of its child runs."""


def _run(args: argparse.Namespace, out: Output) -> int:
    stay = _Stay(out, _patience(args.wait), time.time())
    plan = _plan(args)
    declared = {name: given.schema for name, given in plan.inputs.items()}
    inputs = {**(file_map(args.inputs) if args.inputs else {}), **pairs(args.input, declared)}
    if args.detach:
        return _report([wait_for(_detached, args, plan, inputs)], out, detached=True)
    return _report([_sat(stay, args, _carried_out, args, plan, inputs, stay)], out)


def _plan(args: argparse.Namespace) -> Plan:
    """The plan, if nothing is wrong with it. Raises PlanError, UsageError."""
    from holdfast.cli.authoring.checking import checked
    from holdfast.cli.plans import find
    from holdfast.plan.load import load_plan

    kept = shelf(args)
    return checked(load_plan(find(args.plan), kept), registry(args), kept)


async def _carried_out(args: argparse.Namespace, plan: Plan, inputs: Mapping[str, object], stay: _Stay) -> _End:
    async with opened(args, stay.out, linger=stay.linger) as holdfast:
        holdfast.trust(plan)
        run = await holdfast.start(plan, inputs=inputs, task=args.task, user=args.user, priority=args.priority)
        return await stay.end(holdfast, run, _lines(stay.out))


async def _detached(args: argparse.Namespace, plan: Plan, inputs: Mapping[str, object]) -> _End:
    """The run as it was recorded; nothing of it is begun."""
    from holdfast.api.run import result_of
    from holdfast.engine.request import record

    how = {"inputs": inputs, "task": args.task, "user": args.user, "priority": args.priority}
    async with writing(args) as store:
        row, _ = await record(store, registry(args), plan, time.time(), **how)
        return _End(result_of(row), [f"holdfast resume {row.run}"])


def _resume_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="its id, an unambiguous beginning of it, or its task")
    parser.add_argument("--all", action="store_true", help="every run that is not over")
    _wait_argument(parser)


def _resume(args: argparse.Namespace, out: Output) -> int:
    stay = _Stay(out, _patience(args.wait), time.time(), below=not args.all)
    if bool(args.run) == args.all:
        raise UsageError("name one run, or say --all\n  = help: `holdfast runs --status waiting` lists those that wait")
    if args.all:
        return _report(_sat_with_all(args, stay), out, many=True)
    return _report([_sat(stay, args, _one, args, stay)], out)


def _sat(
    stay: _Stay, args: argparse.Namespace, function: Callable[..., Coroutine[Any, Any, _End]], *rest: object
) -> _End:
    """What one run has come to; an interrupt in the very moment of its end changes nothing about that."""
    try:
        return run_to_end(stay.out, function, *rest)
    except KeyboardInterrupt:
        return _after(stay, args, one=True)[0]


def _sat_with_all(args: argparse.Namespace, stay: _Stay) -> list[_End]:
    try:
        return run_to_end(stay.out, _all, args, stay)
    except KeyboardInterrupt:
        return _after(stay, args, one=False)


def _after(stay: _Stay, args: argparse.Namespace, *, one: bool) -> list[_End]:
    """What the runs came to, if all of them are over. Raises Interrupted."""
    try:
        rows = wait_for(_rows, args, stay.runs)
    except HoldfastError:  # a store that lives in memory, or one that fails: no more is known
        raise Interrupted({}, one=one) from None
    stays = {row.run: row.status for row in rows if row.status not in CODES}
    if stays or not rows:
        raise Interrupted(stays, one=one)
    from holdfast.api.run import result_of

    return [_End(result_of(row)) for row in rows]


async def _rows(args: argparse.Namespace, runs: Sequence[str]) -> list[RunRow]:
    async with reading(args) as store:
        return [await store.run(run) for run in runs]


async def _one(args: argparse.Namespace, stay: _Stay) -> _End:
    async with opened(args, stay.out, linger=stay.linger) as holdfast:
        run = await holdfast.resume(args.run)
        if above := await holdfast.above(run.id):
            stay.out.note(f"{run.id} is a child of {above[0].run}: going on with all that waits for it")
            run = await holdfast.get(above[-1].run)
        return await stay.end(holdfast, run, _lines(stay.out))


async def _all(args: argparse.Namespace, stay: _Stay) -> list[_End]:
    """Many runs at once are not asked about at the terminal: the inbox is for that."""
    import anyio

    ends: dict[str, _End] = {}

    async def sit(holdfast: Holdfast, run: Run) -> None:
        ends[run.id] = await _tolerant(stay, holdfast, run)

    async with opened(args, stay.out, linger=stay.linger) as holdfast:
        runs = await holdfast.resume_all()
        async with anyio.create_task_group() as group:
            for run in runs:
                group.start_soon(sit, holdfast, run)
        return [ends[run.id] for run in runs]


async def _tolerant(stay: _Stay, holdfast: Holdfast, run: Run) -> _End:
    """A run that cannot go on here because a tool is missing keeps no other from it; the engine says which."""
    from holdfast.api.run import result_of

    try:
        return await stay.end(holdfast, run, None)
    except UnknownName:
        return _End(result_of(await run.row()))


def _patience(text: str | None) -> float | None:
    from holdfast.plan.durations import parse_duration

    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--wait: {error}") from None


def _lines(out: Output) -> Lines | None:
    """The keyboard, if a person sits at it."""
    import sys

    person = not out.json and sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
    if not person:
        return None
    from holdfast.cli.people.prompt import Lines

    return Lines()


_ASKED_WHY: Final = frozenset({"failed", "aborted"})
"""How runs end of which people ask why."""


def _report(ends: Sequence[_End], out: Output, *, many: bool = False, detached: bool = False) -> int:
    out.show(
        lambda: [end.result.to_data() for end in ends] if many else ends[0].result.to_data(),
        lambda: "\n".join(_text(end, out) for end in ends) or "no run is left to go on with",
    )
    for end in ends:
        if end.commands:
            out.note("\n".join(["to go on:", *(f"  {line}" for line in end.commands)]))
        if end.result.status in _ASKED_WHY:
            out.note(f"to see why: holdfast show {end.result.run} --why")
    return max((CODES.get(end.result.status, 0 if detached else PARKED) for end in ends), default=0)


def _text(end: _End, out: Output) -> str:
    result = end.result
    colour = {"succeeded": "green", "failed": "red", "aborted": "red"}.get(result.status, "yellow")
    head = f"{result.run} {out.paint(result.status, colour)}{f' via {result.via}' if result.via else ''}"
    lines = [head]
    if result.output is not None:
        lines.append(f"  output: {compact(result.output)}")
    if result.error:
        lines.append(f"  error: {compact(result.error.get('code'))}: {compact(result.error.get('message'))}")
    if result.status not in CODES and result.waiting:
        lines.append(f"  waits for {waiting_text(result.waiting, time.time())}")
    for row in end.asked_below:
        question = f": {plain(row.review.question)}" if row.review.question else ""
        lines.append(f"  the child run {row.run} asks {plain(row.review.to)} to decide {row.review.id}{question}")
    return "\n".join([*lines, *(f"  note: {compact(note)}" for note in result.notes)])


COMMANDS = {
    "run": Command(
        run=_run,
        arguments=_run_arguments,
        examples=(
            "holdfast run hello",
            "holdfast run plans/hello.yaml --input name=Ana",
            "holdfast run hello --task monday --json",
        ),
        details=(
            "The plan is checked first. At a terminal questions are asked inline; without one the run parks\n"
            "(exit code 3) and the commands to go on are told. Ctrl-C leaves the run resumable (exit code 130)."
        ),
    ),
    "resume": Command(
        run=_resume,
        arguments=_resume_arguments,
        examples=("holdfast resume hello-3k9f", "holdfast resume --all"),
        details="Nothing that is known to have happened is done again. A child run brings along the runs that wait\n"
        "for it: what is shown, and the exit code, are of the one at the top.",
    ),
}
