"""`holdfast lint`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.cli.checking import files, findings, together
from holdfast.cli.command import Command, UsageError
from holdfast.cli.output import Output
from holdfast.cli.session import configuration, registry
from holdfast.diagnostics import did_you_mean
from holdfast.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.cli.fix import Look
    from holdfast.diagnostics import Diagnostic
    from holdfast.lint.rule import Rule
    from holdfast.people.policy.book import Book

_FORMATS: Final = ("text", "concise", "json", "github", "sarif", "junit")


def _arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="*", help="a plan or a policy, or a folder that is searched for *.yaml")
    add("--profile", choices=("basic", "default", "production"), default="default",
        help="basic: what keeps a plan from running; default; production: for plans that nobody watches")  # fmt: skip
    add("--format", choices=_FORMATS, default="text", help="text (default), or one for programs; --json means json too")
    add(
        "--select",
        metavar="RULES",
        help="only these rules: codes or beginnings of codes, with commas, such as HF2,HF301",
    )
    add("--ignore", metavar="RULES", help="all rules but these")
    add("--fail-on", choices=("error", "warning", "info"), default="error",
        help="findings this grave make it fail (default error)")  # fmt: skip
    add("--fix", action="store_true", help="set right what surely can be; the rest is shown")
    add("--unsafe-fixes", action="store_true", help="with --fix or --diff: what you should look at afterwards, too")
    add("--diff", action="store_true", help="show what --fix would change, and change nothing; exit code 1 if anything")
    add("--statistics", action="store_true", help="how often each rule was found, instead of the findings")
    add("--explain", metavar="RULE", help="what a rule is about, with examples")
    add("--rules", action="store_true", help="list all rules")


def _run(args: argparse.Namespace, out: Output) -> int:
    if args.explain or args.rules:
        return _tell(args, out)
    if not args.paths:
        raise UsageError("name a plan or a folder\n  = help: `holdfast lint plans/`")
    from holdfast.lint.linter import at_least

    if args.unsafe_fixes and not (args.fix or args.diff):
        raise UsageError("`--unsafe-fixes` goes with `--fix` or `--diff`")
    rules = _chosen(args)
    paths = files([_plain(path) for path in args.paths])
    tools = registry(args)
    book = _book(args, out, paths)
    above = together(paths)

    def look(path: Path, text: str | None = None) -> list[Diagnostic]:
        return [one for one in findings(path, tools, rules, book, text, above) if _wanted(one, args)]

    if args.fix or args.diff:
        return _repair(args, out, paths, look)
    found = [one for path in paths for one in look(path)]
    _show(args, out, found, [str(path) for path in paths])
    return 1 if at_least(found, args.fail_on) else 0


def _repair(args: argparse.Namespace, out: Output, paths: Sequence[Path], look: Look) -> int:
    from holdfast.cli.fix import repair
    from holdfast.lint.linter import at_least

    done = [repair(path, look, unsafe=args.unsafe_fixes, write=args.fix and not args.diff) for path in paths]
    applied = [one for each in done for one in each.applied]
    if args.diff:
        shown = "".join(each.difference for each in done)
        if shown or out.json:
            out.show(lambda: {"version": 1, "fixable": len(applied), "difference": shown}, lambda: shown.rstrip("\n"))
        out.note(f"{len(applied)} to be fixed" if applied else "there is nothing to fix")
        return 1 if applied else 0
    left = [one for each in done for one in each.left]
    _show(args, out, left, [str(path) for path in paths], applied)
    return 1 if at_least(left, args.fail_on) else 0


def _book(args: argparse.Namespace, out: Output, paths: Sequence[Path]) -> Book | None:
    """The policy whose queues plans ask; a broken one checks nothing, which is said unless its findings are."""
    path = configuration(args).policy
    if path is None:
        return None
    from holdfast.people.policy.load import load_book

    try:
        return load_book(path)
    except PolicyError:
        if Path(path).resolve() not in {one.resolve() for one in paths}:
            out.error(f"the policy is broken, so the queues that plans ask are not checked: holdfast lint {path}")
        return None


def _show(
    args: argparse.Namespace,
    out: Output,
    found: Sequence[Diagnostic],
    paths: Sequence[str],
    applied: Sequence[Diagnostic] = (),
) -> None:
    from holdfast.lint import formats, render

    if args.format == "json":
        out.json = True
    elif args.format in formats.FORMATS:
        out.show(lambda: formats.json_data(found, paths, applied), lambda: formats.FORMATS[args.format](found, paths))
        return
    text = render.statistics if args.statistics else lambda found: render.text(found, len(paths), len(applied))
    out.show(lambda: formats.json_data(found, paths, applied), lambda: text(found))


def _chosen(args: argparse.Namespace) -> Sequence[Rule]:
    """The rules of the profile; all of them are looked through where some are selected by name."""
    from holdfast.lint.rules import rules_of

    return rules_of("production" if args.select else args.profile)


def _wanted(finding: Diagnostic, args: argparse.Namespace) -> bool:
    select, ignore = _codes(args.select, "--select"), _codes(args.ignore, "--ignore")
    return (not select or finding.code.startswith(select)) and not (ignore and finding.code.startswith(ignore))


def _codes(given: str | None, option: str) -> tuple[str, ...]:
    """Codes, or beginnings of some, as they were given. Raises UsageError for one that fits no rule."""
    from holdfast.lint.catalogue import codes

    wanted = tuple(code.strip() for code in (given or "").split(",") if code.strip())
    for code in wanted:
        if not any(known.startswith(code) for known in codes()):
            raise UsageError(f"`{option} {code}`: there is no such rule{did_you_mean(code, codes())}")
    return wanted


def _tell(args: argparse.Namespace, out: Output) -> int:
    from holdfast.lint import pages

    if args.rules:
        out.show(pages.rules_data, pages.rules_text)
        return 0
    rule = pages.find(args.explain)
    if rule is None:
        raise UsageError(
            f"there is no page about `{args.explain}`{did_you_mean(args.explain, pages.names())}"
            "\n  = help: `holdfast lint --rules` lists all rules"
        )
    out.show(lambda: pages.rule_data(rule), lambda: pages.page(rule))
    return 0


def _plain(path: str) -> str:
    """A path; or the name of a plan, as `run` takes it."""
    from holdfast.cli.plans import find

    return path if Path(path).exists() or "/" in path or "." in path else str(find(path))


COMMANDS = {
    "lint": Command(
        run=_run,
        arguments=_arguments,
        examples=(
            "holdfast lint plans/",
            "holdfast lint plans/ --profile production --fail-on warning",
            "holdfast lint plans/hello.yaml --format json",
            "holdfast lint plans/ --diff",
            "holdfast lint plans/ --fix",
            "holdfast lint --explain HF202",
        ),
        details="Exit code: 0 clean, 1 findings at or above --fail-on, 2 could not look. Nothing is executed. "
        "A finding that is meant is silenced on its line: `# holdfast: ignore[HF208] the list never changes`.",
    )
}
