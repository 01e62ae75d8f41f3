"""`holdfast test`: the tests that stand in plans, in a time of their own."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.cli.checking import checked, files
from holdfast.cli.command import Command, UsageError
from holdfast.cli.output import Output, plain
from holdfast.cli.session import registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.plan.program import Plan
    from holdfast.registry import Registry
    from holdfast.testing.verdict import Coverage, Verdict


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="a plan, or a folder that is searched for *.yaml")
    parser.add_argument("-k", metavar="TEXT", dest="only", default="", help="only tests with this in their name")
    parser.add_argument("--no-crashes", action="store_true", help="run each test once only, without killing it")
    parser.add_argument("--coverage", action="store_true", help="say which steps and cases no test has reached")


def _test(args: argparse.Namespace, out: Output) -> int:
    if not args.paths:
        raise UsageError("name a plan or a folder\n  = help: `holdfast test plans/`")
    began, tools = time.perf_counter(), registry(args)
    done: list[Verdict] = []
    missed: list[tuple[Plan, Coverage]] = []
    for path in files([_named(path) for path in args.paths]):
        plan, found = _of_file(path, tools, args, out)
        done += found
        if plan is not None and found and args.coverage:
            missed.append((plan, _coverage(plan, found)))
    if not done:
        where = ", ".join(f"`{plain(path)}`" for path in args.paths)
        raise UsageError(f"there is no test in {where}\n  = help: tests stand under `tests:` in a plan")
    took = time.perf_counter() - began
    out.show(lambda: _data(done, missed, took), lambda: _summary(done, missed, took))
    return 0 if all(verdict.passed for verdict in done) else 1


def _named(path: str) -> str:
    from holdfast.cli.plans import find

    return path if Path(path).exists() or "/" in path or "." in path else str(find(path))


def _of_file(path: Path, tools: Registry, args: argparse.Namespace, out: Output) -> tuple[Plan | None, list[Verdict]]:
    from holdfast.plan.load import load_plan
    from holdfast.plan.source import read
    from holdfast.testing.runner import cases_of, verdicts

    document = read(path.read_bytes(), str(path))
    if not isinstance(document.data, dict) or "tests" not in document.data:
        return None, []
    plan = checked(load_plan(path), tools)
    chosen = [case for case in cases_of(document) if args.only in case.name]
    found = []
    for verdict in verdicts(plan, document, tools, chosen, crashes=not args.no_crashes):
        found.append(verdict)
        out.note(_line(verdict, path, out))
    return plan, found


def _line(verdict: Verdict, path: Path, out: Output) -> str:
    deaths = f" (killed at {verdict.deaths} moments)" if verdict.deaths and verdict.passed else ""
    mark = out.paint_note("ok    ", "green") if verdict.passed else out.paint_note("FAILED", "red")
    head = f"{mark} {plain(verdict.plan)}: {plain(verdict.name)}{deaths}"
    if verdict.passed:
        return head
    return "\n".join([head, f"       {path}:{verdict.line}", *(f"       {plain(fault)}" for fault in verdict.faults)])


def _coverage(plan: Plan, found: Sequence[Verdict]) -> Coverage:
    from holdfast.testing.verdict import coverage

    return coverage(plan, [verdict.played.entries for verdict in found if verdict.played is not None])


def _summary(done: Sequence[Verdict], missed: Sequence[tuple[Plan, Coverage]], took: float) -> str:
    failed = sum(1 for verdict in done if not verdict.passed)
    deaths = sum(verdict.deaths for verdict in done)
    total = f"{len(done)} test{'' if len(done) == 1 else 's'}"
    killed = f", {deaths} deaths" if deaths else ""
    lines = [f"{total}: {f'{failed} failed' if failed else 'all passed'}{killed}, {took:.1f} s"]
    for plan, one in missed:
        left = ", ".join([*one.steps, *one.cases])
        reached = one.total - len(one.steps)
        lines.append(f"{plan.name}: {reached} of {one.total} steps ran{f'; never: {left}' if left else ''}")
    return "\n".join(lines)


def _data(done: Sequence[Verdict], missed: Sequence[tuple[Plan, Coverage]], took: float) -> dict[str, object]:
    return {
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
        "coverage": [
            {"plan": plan.name, "steps": one.total, "never": list(one.steps), "cases_never": list(one.cases)}
            for plan, one in missed
        ],
    }


COMMANDS = {
    "test": Command(
        run=_test,
        arguments=_arguments,
        examples=("holdfast test plans/", "holdfast test hello -k slow --coverage"),
        details="Tools and people are scripted, and time is the test's own: a week of waiting takes no time. Each run "
        "is then killed at every moment (before and after each write to the journal and each effect), resumed, and has "
        "to come to the same. Exit code: 0 all passed, 1 one failed, 2 there is none, or a plan would not run.",
    )
}
