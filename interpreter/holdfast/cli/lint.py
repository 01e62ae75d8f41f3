"""`holdfast lint`."""

from __future__ import annotations

import argparse
from pathlib import Path

from holdfast.cli.checking import files, findings
from holdfast.cli.command import Command
from holdfast.cli.output import Output
from holdfast.cli.session import registry


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a plan, or a folder that is searched for *.yaml")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="text (default) or json; --json means json too"
    )
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning", "info"),
        default="error",
        help="findings this grave make it fail (default error)",
    )


def _run(args: argparse.Namespace, out: Output) -> int:
    from holdfast.lint import render
    from holdfast.lint.linter import at_least

    if args.format == "json":
        out.json = True
    paths = files([_plain(path) for path in args.paths])
    tools = registry(args)
    found = [finding for path in paths for finding in findings(path, tools)]
    out.show(lambda: [render.diagnostic_data(finding) for finding in found], lambda: render.text(found, len(paths)))
    return 1 if at_least(found, args.fail_on) else 0


def _plain(path: str) -> str:
    """A path; or the name of a plan, as `run` takes it."""
    from holdfast.cli.plans import find

    return path if Path(path).exists() or "/" in path or "." in path else str(find(path))


COMMANDS = {
    "lint": Command(
        run=_run,
        arguments=_arguments,
        examples=("holdfast lint plans/", "holdfast lint plans/hello.yaml --format json"),
        details="Exit code: 0 clean, 1 findings at or above --fail-on, 2 could not look. Nothing is executed.",
    )
}
