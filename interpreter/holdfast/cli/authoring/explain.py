"""`holdfast explain`: what a plan can do, before it does it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from holdfast.cli import plans
from holdfast.cli.command import Command
from holdfast.cli.session import registry
from holdfast.cli.terminal.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.lint.rule import Subject

_FORMATS: Final = ("text", "json", "mermaid", "svg", "html")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN", help="a file, or the name of a plan in plans/")
    parser.add_argument("--format", choices=_FORMATS, default="text", help="text (default); json; or a picture")


def _run(args: argparse.Namespace, out: Output) -> int:
    from holdfast.cli.authoring.checking import checked
    from holdfast.explain.report import report
    from holdfast.lint.kin import with_kin
    from holdfast.plan.load import load_plan

    if args.format == "json":
        out.json = True
    tools = registry(args)
    plan = checked(load_plan(plans.find(args.plan)), tools)
    subject = with_kin(plan, tools)
    out.show(lambda: report(subject), lambda: _drawn(args.format)(subject))
    return 0


def _drawn(form: str) -> Callable[[Subject], str]:
    from holdfast.explain.mermaid import mermaid
    from holdfast.explain.outline import outline
    from holdfast.explain.page import page
    from holdfast.explain.svg import svg
    from holdfast.explain.text import text

    drawings: dict[str, Callable[[Subject], str]] = {
        "text": text,
        "mermaid": lambda subject: mermaid(outline(subject)),
        "svg": lambda subject: svg(outline(subject)),
        "html": page,
    }
    return drawings[form]


COMMANDS = {
    "explain": Command(
        run=_run,
        arguments=_arguments,
        examples=("holdfast explain hello", "holdfast explain plans/hello.yaml --format html > hello.html"),
        details="Every effect with what makes a repeat safe and what undoes it; who may be asked; and the worst that "
        "can happen in time, calls and money, with the arithmetic; the plans that it runs count. Nothing is executed.",
    )
}
