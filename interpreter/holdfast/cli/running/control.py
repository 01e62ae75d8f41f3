"""`holdfast signal`, `correct`, `cancel`, `pause`, `unpause`, `prioritise`: reach a run from outside."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from holdfast.cli.command import Command, UsageError
from holdfast.cli.session import opened, wait_for
from holdfast.cli.terminal.output import Output, compact
from holdfast.cli.terminal.person import login, who
from holdfast.cli.terminal.values import document, pairs


def _run_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="its id, an unambiguous beginning of it, or its task")


def _signal_arguments(parser: argparse.ArgumentParser) -> None:
    _run_argument(parser)
    parser.add_argument("name", metavar="NAME", help="the event's name, as the plan's `wait` has it")
    parser.add_argument("--payload", metavar="JSON", help="data that comes with the event")


def _signal(args: argparse.Namespace, out: Output) -> int:
    payload = document(args.payload, "--payload") if args.payload is not None else None
    run = wait_for(_send_event, args, payload)
    out.show(lambda: {"run": run, "event": args.name}, lambda: f"{run}: event {args.name} recorded")
    out.note(f"a process that sits with the run goes on now; if none does: holdfast resume {run}")
    return 0


async def _send_event(args: argparse.Namespace, payload: object) -> str:
    async with opened(args) as holdfast:
        run = await holdfast.get(args.run)
        await holdfast.signal(run.id, args.name, payload)
        return run.id


def _correct_arguments(parser: argparse.ArgumentParser) -> None:
    _run_argument(parser)
    parser.add_argument("facts", metavar="FACT=VALUE", nargs="+", help="the right values; text, or JSON")
    parser.add_argument("--by", metavar="NAME", help="who says so; default: who is logged in")


def _correct(args: argparse.Namespace, out: Output) -> int:
    values = pairs(args.facts, {}, "")
    run, changed = wait_for(_send_correction, args, values)
    out.show(
        lambda: {"run": run, "corrected": values, "changed": list(changed)},
        lambda: f"{run}: {_corrected(values, changed)}",
    )
    if changed:
        out.note(f"a process that sits with the run takes it up now; if none does: holdfast resume {run}")
    return 0


def _corrected(values: dict[str, object], changed: tuple[str, ...]) -> str:
    same = ", ".join(f"{name} is {compact(value)} already" for name, value in values.items() if name not in changed)
    if not changed:
        return f"nothing changes: {same}"
    return f"the correction is recorded{f'; {same}' if same else ''}"


async def _send_correction(args: argparse.Namespace, values: dict[str, object]) -> tuple[str, tuple[str, ...]]:
    async with opened(args) as holdfast:
        run = await holdfast.get(args.run)
        return run.id, await holdfast.correct(run.id, values, by=who(args.by))


def _priority_arguments(parser: argparse.ArgumentParser) -> None:
    _run_argument(parser)
    parser.add_argument("priority", metavar="N", help="a whole number; higher goes first, 0 is usual")


def _prioritise(args: argparse.Namespace, out: Output) -> int:
    try:
        priority = int(args.priority)
    except ValueError:
        raise UsageError(
            f"`{args.priority}` is no priority\n  = help: a whole number, as in `holdfast prioritise {args.run} 10`"
        ) from None
    run = wait_for(_send_priority, args, priority)
    out.show(lambda: {"run": run, "priority": priority}, lambda: f"{run}: has priority {priority} now")
    return 0


async def _send_priority(args: argparse.Namespace, priority: int) -> str:
    async with opened(args) as holdfast:
        run = await holdfast.get(args.run)
        await holdfast.prioritise(run.id, priority, by=login())
        return run.id


def _control(verb: str, said: str) -> Callable[[argparse.Namespace, Output], int]:
    async def send(args: argparse.Namespace) -> str:
        async with opened(args) as holdfast:
            run = await holdfast.get(args.run)
            await getattr(holdfast, verb)(run.id)
            return run.id

    def command(args: argparse.Namespace, out: Output) -> int:
        run = wait_for(send, args)
        out.show(lambda: {"run": run, "signal": verb}, lambda: f"{run}: {said}")
        out.note(f"a process that sits with the run takes it up now; if none does: holdfast resume {run}")
        return 0

    return command


COMMANDS = {
    "signal": Command(
        run=_signal,
        arguments=_signal_arguments,
        examples=('holdfast signal order-3k9f shipped --payload \'{"parcel": "P7"}\'',),
    ),
    "correct": Command(
        run=_correct,
        arguments=_correct_arguments,
        examples=("holdfast correct trip-3k9f airport=LGA", "holdfast correct trip-3k9f airport=LGA nights=2 --by kim"),
        details="Steps that rest on the fact are done again, writes undone first; all others keep their results.",
    ),
    "cancel": Command(
        run=_control("cancel", "is to be cancelled"),
        arguments=_run_argument,
        examples=("holdfast cancel order-3k9f",),
        details="Calls in flight are settled, effects undone as the plan says, its cleanup runs; then it is over.",
    ),
    "pause": Command(
        run=_control("pause", "is to pause"), arguments=_run_argument, examples=("holdfast pause order-3k9f",)
    ),
    "unpause": Command(
        run=_control("unpause", "is to go on"), arguments=_run_argument, examples=("holdfast unpause order-3k9f",)
    ),
    "prioritise": Command(
        run=_prioritise,
        arguments=_priority_arguments,
        examples=("holdfast prioritise order-3k9f 10",),
        details=(
            "Of runs that wait for their turn the one with the highest priority goes first; a minute of waiting is\n"
            "worth one. Holds at once, for queued and parked runs too, and for children that are started later."
        ),
    ),
}
