"""`holdfast lint`."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.cli.command import Command, UsageError
from holdfast.cli.terminal.output import Output
from holdfast.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.cli.authoring.linting import Linting
    from holdfast.diagnostics import Diagnostic

_FORMATS: Final = ("text", "concise", "json", "github", "sarif", "junit")


_RARELY: Final = 50_000
"""Objects until the collector looks: what is made of a plan lives as long as the plan, so it would look in vain."""


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
    add(
        "--baseline",
        metavar="FILE",
        help="findings that stand in this file are not shown; what is gone is told",
    )
    add("--write-baseline", action="store_true", help="put all findings there are now into the file of --baseline")
    add("--watch", action="store_true", help="look again whenever a plan, tool, policy or configuration changes")
    add("--statistics", action="store_true", help="how often each rule was found, instead of the findings")
    add("--explain", metavar="RULE", help="what a rule is about, with examples")
    add("--rules", action="store_true", help="list all rules")


def _run(args: argparse.Namespace, out: Output) -> int:
    if args.explain or args.rules:
        return _tell(args, out)
    if not args.paths:
        raise UsageError("name a plan or a folder\n  = help: `holdfast lint plans/`")
    _refuse_together(args)
    if args.watch:
        from holdfast.cli.authoring.watch import watch

        return watch(args, out, lambda: _once(args, out))
    return _once(args, out)


def _once(args: argparse.Namespace, out: Output) -> int:
    from holdfast.cli.authoring.linting import prepare
    from holdfast.lint.linter import at_least

    gc.set_threshold(_RARELY)
    linting = prepare(args, out)
    if args.write_baseline:
        return _write_baseline(args, out, linting)
    if args.fix or args.diff:
        return _repair(args, out, linting)
    found = [one for path in linting.paths for one in linting.look(path)]
    _show(args, out, found, linting)
    return 1 if at_least(found, args.fail_on) else 0


def _refuse_together(args: argparse.Namespace) -> None:
    """Options that would mean nothing, or something surprising, together."""
    changing = "--fix" if args.fix else "--diff" if args.diff else "--write-baseline" if args.write_baseline else ""
    if args.unsafe_fixes and not (args.fix or args.diff):
        raise UsageError("`--unsafe-fixes` goes with `--fix` or `--diff`")
    if args.write_baseline and not args.baseline:
        raise UsageError("`--write-baseline` needs `--baseline FILE`: where to write it")
    if args.write_baseline and (args.fix or args.diff):
        raise UsageError("`--write-baseline` goes with neither `--fix` nor `--diff`: first the one, then the other")
    if args.watch and changing:
        raise UsageError(f"`--watch` only looks, so it does not go with `{changing}`")


def _repair(args: argparse.Namespace, out: Output, linting: Linting) -> int:
    from holdfast.cli.authoring.fix import repair
    from holdfast.lint.linter import at_least

    write = args.fix and not args.diff
    done = [repair(path, linting.look, unsafe=args.unsafe_fixes, write=write) for path in linting.paths]
    applied = [one for each in done for one in each.applied]
    if args.diff:
        shown = "".join(each.difference for each in done)
        if shown or out.json:
            out.show(lambda: {"version": 1, "fixable": len(applied), "difference": shown}, lambda: shown.rstrip("\n"))
        out.note(f"{len(applied)} to be fixed" if applied else "there is nothing to fix")
        return 1 if applied else 0
    left = [one for each in done for one in each.left]
    _show(args, out, left, linting, applied)
    refused = [each.refused for each in done if each.refused]
    for why in refused:
        out.error(f"{out.paint_note('error:', 'red')} {why}")
    if refused:
        return 2
    return 1 if at_least(left, args.fail_on) else 0


def _write_baseline(args: argparse.Namespace, out: Output, linting: Linting) -> int:
    """Keep what there is now; what can never be kept is shown, and makes it fail."""
    from holdfast.lint.catalogue import FORM_CODES

    left, kept = linting.write_baseline(Path(args.baseline))
    if left:
        _show(args, out, left, linting)
    out.note(f"{kept} finding{'' if kept == 1 else 's'} written to {args.baseline}")
    return 1 if any(one.code in FORM_CODES for one in left) else 0


def _show(
    args: argparse.Namespace,
    out: Output,
    found: Sequence[Diagnostic],
    linting: Linting,
    applied: Sequence[Diagnostic] = (),
) -> None:
    from holdfast.lint import formats, render

    paths, gone = [str(path) for path in linting.paths], [] if applied else linting.gone()
    for known, count in gone:
        times = f" {count} times" if count > 1 else ""
        out.note(f"no longer found{times}: {known.code} in {known.file} at {known.at} (--write-baseline forgets it)")

    def data() -> dict[str, object]:
        return formats.json_data(found, paths, applied) | linting.about_baseline(gone)

    if args.format == "json":
        out.json = True
    elif args.format in formats.FORMATS:
        out.show(data, lambda: formats.FORMATS[args.format](found, paths))
        return
    hidden = linting.hidden.total()
    text = render.statistics if args.statistics else lambda found: render.text(found, len(paths), len(applied), hidden)
    out.show(data, lambda: text(found))


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
            "holdfast lint plans/ --watch",
            "holdfast lint plans/ --baseline lint-baseline.json",
            "holdfast lint --explain HF202",
        ),
        details="Exit code: 0 clean, 1 findings at or above --fail-on, 2 could not look. Nothing is executed. "
        "A finding that is meant is silenced on its line: `# holdfast: ignore[HF208] the list never changes`.",
    )
}
