"""`holdfast test`: the tests that stand in plans, in a time of their own."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from holdfast.cli.authoring.checking import checked, files
from holdfast.cli.authoring.chosen import chooses
from holdfast.cli.command import Command, UsageError
from holdfast.cli.session import registry
from holdfast.cli.terminal.output import Output, plain
from holdfast.values import pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from holdfast.plan.program import Plan
    from holdfast.registry import Registry
    from holdfast.testing.coverage import Coverage
    from holdfast.testing.timelines import Timelines
    from holdfast.testing.verdict import Verdict

JSON_VERSION: Final = 1
"""Of what `--json` prints; grows when a field changes its meaning or goes."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="a plan, or a folder that is searched for *.yaml")
    parser.add_argument(
        "-k", metavar="EXPR", dest="only", default="",
        help="only tests with this in their name; texts may be joined by and, or, not and parentheses",
    )  # fmt: skip
    killed = parser.add_mutually_exclusive_group()
    killed.add_argument("--crashes", action="store_true", help="kill the runs of tests that say `crashes: false`, too")
    killed.add_argument("--no-crashes", action="store_true", help="run each test once only, without killing it")
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="say what no test has reached: steps, fallbacks, cases, conditions, triggers, aborts",
    )
    parser.add_argument("--html", metavar="FILE", help="write the same as a page, with the plans' text")
    parser.add_argument(
        "--update", action="store_true", help="keep what each run decides, in PLAN.timeline, and compare from then on"
    )


def _test(args: argparse.Namespace, out: Output) -> int:
    if not args.paths:
        raise UsageError("name a plan or a folder\n  = help: `holdfast test plans/`")
    began, tools = time.perf_counter(), registry(args)
    tested = [one for path in files([_named(path) for path in args.paths]) if (one := _of_file(path, tools, args, out))]
    if not any(one.verdicts for one in tested):
        where = ", ".join(f"`{plain(path)}`" for path in args.paths)
        raise UsageError(f"there is no test in {where}\n  = help: tests stand under `tests:` in a plan")
    took = time.perf_counter() - began
    if args.html:
        _write_page(args.html, tested)
    out.show(lambda: _data(tested, took, args), lambda: _summary(tested, took, args))
    return 0 if all(verdict.passed for one in tested for verdict in one.verdicts) else 1


def _named(path: str) -> str:
    from holdfast.cli.plans import find

    return path if Path(path).exists() or "/" in path or "." in path else str(find(path))


@pair
class _Tested:
    """One plan and what became of its tests."""

    path: Path
    plan: Plan
    verdicts: Sequence[Verdict]

    def coverage(self) -> Coverage:
        """What they have reached together."""
        from holdfast.testing.coverage import coverage

        return coverage(self.plan, [one.played.entries for one in self.verdicts if one.played is not None])


def _of_file(path: Path, tools: Registry, args: argparse.Namespace, out: Output) -> _Tested | None:
    from holdfast.plan.load import load_plan
    from holdfast.plan.source import read
    from holdfast.testing import timelines
    from holdfast.testing.runner import cases_of, verdicts

    document = read(path.read_bytes(), str(path))
    if not isinstance(document.data, dict) or "tests" not in document.data:
        return None
    plan = checked(load_plan(path), tools)
    cases, kept, found = cases_of(document), timelines.load(path), list["Verdict"]()
    meant = chooses(args.only)
    crashes = False if args.no_crashes else True if args.crashes else None
    for verdict in verdicts(plan, document, tools, [case for case in cases if meant(case.name)], crashes=crashes):
        found.append(verdict if args.update else timelines.compared(verdict, kept))
        out.note(_line(found[-1], path, out))
    if args.update and found:
        _keep(path, timelines.updated(kept, [case.name for case in cases], found), out)
    return _Tested(path, plan, found)


def _keep(path: Path, kept: Timelines, out: Output) -> None:
    from holdfast.testing import timelines

    changed = timelines.save(path, kept)
    out.note(f"{'wrote ' if changed else 'as before: '}{timelines.file_of(path)}")


def _line(verdict: Verdict, path: Path, out: Output) -> str:
    deaths = f" (killed at {verdict.deaths} moments)" if verdict.deaths and verdict.passed else ""
    mark = out.paint_note("ok    ", "green") if verdict.passed else out.paint_note("FAILED", "red")
    head = f"{mark} {plain(verdict.plan)}: {plain(verdict.name)}{deaths}"
    if verdict.passed:
        return head
    return "\n".join([head, f"       {path}:{verdict.line}", *(f"       {plain(fault)}" for fault in verdict.faults)])


def _summary(tested: Sequence[_Tested], took: float, args: argparse.Namespace) -> str:
    done = [verdict for one in tested for verdict in one.verdicts]
    failed = sum(1 for verdict in done if not verdict.passed)
    deaths = sum(verdict.deaths for verdict in done)
    total = f"{len(done)} test{'' if len(done) == 1 else 's'}"
    killed = f", {deaths} deaths" if deaths else ""
    lines = [f"{total}: {f'{failed} failed' if failed else 'all passed'}{killed}, {took:.1f} s"]
    reports = [line for one in tested for line in _reach(one)] if args.coverage else []
    return "\n".join([*lines, *reports])


def _reach(one: _Tested) -> Iterator[str]:
    from holdfast.testing.coverage import KINDS

    found = one.coverage()
    told = [f"{found.of(kind)[0]} of {found.of(kind)[1]} {said}" for kind, _, said in KINDS if found.of(kind)[1]]
    yield from wrap(f"{one.plan.name}: {', '.join(told)}", 100, subsequent_indent="  ")
    for kind, _, _ in KINDS:
        if missed := found.never(kind):
            yield f"  never {kind}: {', '.join(missed)}"


def _write_page(file: str, tested: Sequence[_Tested]) -> None:
    from holdfast.testing.page import page

    try:
        Path(file).write_text(page([(one.plan, one.verdicts, one.coverage()) for one in tested]), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"`--html {plain(file)}` cannot be written: {error.strerror}") from None


def _data(tested: Sequence[_Tested], took: float, args: argparse.Namespace) -> dict[str, object]:
    done = [verdict for one in tested for verdict in one.verdicts]
    return {
        "version": JSON_VERSION,
        "passed": sum(1 for verdict in done if verdict.passed),
        "failed": sum(1 for verdict in done if not verdict.passed),
        "seconds": round(took, 3),
        "tests": [
            {
                "plan": verdict.plan,
                "name": verdict.name,
                "line": verdict.line,
                "passed": verdict.passed,
                "deaths": verdict.deaths,
                "faults": list(verdict.faults),
            }
            for verdict in done
        ],
        "coverage": [_reach_data(one) for one in tested] if args.coverage else [],
    }


def _reach_data(one: _Tested) -> dict[str, object]:
    from holdfast.testing.coverage import KINDS

    found = one.coverage()
    counts = {several: dict(zip(("reached", "total"), found.of(kind), strict=True)) for kind, several, _ in KINDS}
    never = {several: found.never(kind) for kind, several, _ in KINDS}
    return {"plan": one.plan.name, "share": round(found.share, 4), **counts, "never": never}


COMMANDS = {
    "test": Command(
        run=_test,
        arguments=_arguments,
        examples=("holdfast test plans/", "holdfast test hello -k slow --coverage", "holdfast test hello --update"),
        details="Tools and people are scripted, and time is the test's own: a week of waiting takes no time. Each run "
        "is then killed at every moment (before and after each write to the journal and each effect), resumed, and has "
        "to come to the same. Where a PLAN.timeline stands beside a plan (made by --update), a run that decides "
        "otherwise fails its test and shows the difference. "
        "Exit code: 0 all passed, 1 one failed, 2 there is none, or a plan would not run.",
    )
}
