"""`holdfast complete`: give the result of a call that was deferred."""

from __future__ import annotations

import argparse

from holdfast.cli.command import Command, UsageError
from holdfast.cli.session import opened, wait_for
from holdfast.cli.terminal.output import Output
from holdfast.cli.terminal.person import who
from holdfast.cli.terminal.values import document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("token", metavar="TOKEN", nargs="?", help="what the tool handed to the other side")
    parser.add_argument("--run", metavar="RUN", help="instead of a token: the run")
    parser.add_argument("--step", metavar="ADDRESS", help="and the address of the step that waits")
    parser.add_argument("--result", metavar="JSON", help="what the call gave; null if left out")
    parser.add_argument("--error", metavar="CODE", help="instead of a result: the error code it failed with")
    parser.add_argument("--message", metavar="TEXT", default="", help="more about the error")
    parser.add_argument("--by", metavar="NAME", help="who says so; default: who is logged in")


def _complete(args: argparse.Namespace, out: Output) -> int:
    by_step = args.run is not None and args.step is not None
    if by_step == (args.token is not None):
        raise UsageError("say whose result it is: a TOKEN, or --run RUN and --step ADDRESS")
    if args.result is not None and args.error is not None:
        raise UsageError("a call has a --result or an --error, not both")
    value = document(args.result, "--result") if args.result is not None else None
    run = wait_for(_completed, args, value)
    out.show(lambda: {"run": run}, lambda: f"{run}: recorded")
    out.note(f"a process that sits with the run goes on now; if none does: holdfast resume {run}")
    return 0


async def _completed(args: argparse.Namespace, value: object) -> str:
    how = {"error": args.error, "message": args.message, "by": who(args.by)}
    async with opened(args) as holdfast:
        if args.token is not None:
            return await holdfast.complete(args.token, value, **how)
        return await holdfast.complete_step(args.run, args.step, value, **how)


COMMANDS = {
    "complete": Command(
        run=_complete,
        arguments=_arguments,
        examples=(
            'holdfast complete hf_4Jx... --result \'{"report": "R7"}\'',
            "holdfast complete --run report-3k9f --step build --error unavailable",
        ),
        details="A token serves once; the same result again is accepted as one. One that was used or has expired ends "
        "with exit code 1, one that does not exist with 2.",
    ),
}
