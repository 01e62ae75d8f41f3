"""`holdfast eval`: how well plans do over many cases, and two of them side by side."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.cli import plans
from holdfast.cli.authoring.checking import checked
from holdfast.cli.command import Command, UsageError
from holdfast.cli.session import registry
from holdfast.cli.terminal.output import Output, plain
from holdfast.cli.terminal.progress_line import ProgressLine
from holdfast.diagnostics import did_you_mean
from holdfast.values import pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from holdfast.core.policy import Policy
    from holdfast.evaluation.comparing import Paired
    from holdfast.evaluation.evaluate import Done, Variant
    from holdfast.evaluation.suite import Suite
    from holdfast.people.statistics.interval import Share
    from holdfast.plan.program import Plan
    from holdfast.registry import Registry

JSON_VERSION: Final = 1
"""Of what `--json` prints; grows when a field changes its meaning or goes."""

EVALS: Final = Path("evals")
_SHOWN: Final = 20
_TWO: Final = 2


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("eval", metavar="EVAL", help="a file, or its name in evals/")
    parser.add_argument(
        "--plan", action="append", default=[], metavar="PLAN",
        help="the plan, instead of what the file says; twice: side by side",
    )  # fmt: skip
    parser.add_argument("-k", metavar="TEXT", dest="only", default="", help="only cases with this in their name")
    parser.add_argument("--repeat", type=int, metavar="N", help="run each case so often, in another world each time")
    parser.add_argument("--seed", type=int, metavar="N", help="what chance hangs on, instead of what the file says")
    parser.add_argument(
        "--fail-under", type=float, metavar="RATE", help="exit with 1 if a success rate is below this (0 to 1)"
    )
    parser.add_argument("--html", metavar="FILE", help="write the same as a page")


@pair
class _Report:
    """What came of it."""

    suite: Suite
    variants: Sequence[Variant]
    runs: Mapping[str, Sequence[Done]]
    repeat: int
    seed: int
    seconds: float

    @property
    def two(self) -> tuple[Sequence[Done], Sequence[Done]] | None:
        """The runs of the first two variants; None where there is one."""
        if len(self.variants) < _TWO:
            return None
        return self.runs[self.variants[0].name], self.runs[self.variants[1].name]


def _run(args: argparse.Namespace, out: Output) -> int:
    from holdfast.evaluation.evaluate import evaluate
    from holdfast.evaluation.suite import load_suite

    if args.fail_under is not None and not 0 <= args.fail_under <= 1:
        raise UsageError(f"`--fail-under {args.fail_under:g}`: a rate lies between 0 and 1, like 0.95")
    if args.repeat is not None and args.repeat < 1:
        raise UsageError(f"`--repeat {args.repeat}`: each case is run once at least")
    suite, tools, began = load_suite(_find(args.eval)), registry(args), time.perf_counter()
    cases = [case for case in suite.cases if args.only in case.name]
    if not cases:
        raise UsageError(f"no case of `{plain(suite.said.eval)}` has `{plain(args.only)}` in its name")
    variants = _variants(suite, args.plan, tools)
    repeat, seed = args.repeat or suite.said.repeat, suite.said.seed if args.seed is None else args.seed
    progress = ProgressLine(out)
    runs = evaluate(
        suite, variants, cases, tools, repeat, seed,
        lambda done, total: progress.say(f"{done:,} of {total:,} runs"),
    )  # fmt: skip
    progress.clear()
    report = _Report(suite, variants, runs, repeat, seed, time.perf_counter() - began)
    if args.html:
        _write_page(args.html, report)
    out.show(lambda: _data(report), lambda: "\n".join(_text(report)))
    return 1 if args.fail_under is not None and _least(report) < args.fail_under else 0


def _least(report: _Report) -> float:
    from holdfast.evaluation.figures import figures

    return min(figures(runs).passed.rate for runs in report.runs.values())


def _find(name: str) -> Path:
    path = Path(name)
    found = next((one for one in (path, EVALS / name, EVALS / f"{name}.yaml") if one.is_file()), None)
    if found is None:
        there = sorted(one.stem for one in EVALS.glob("*.yaml"))
        listed = f"there are {', '.join(there)}" if there else "evaluations stand in evals/NAME.yaml"
        raise UsageError(f"no evaluation `{plain(name)}`{did_you_mean(name, there)}\n  = help: {listed}")
    return found


def _variants(suite: Suite, named: Sequence[str], tools: Registry) -> list[Variant]:
    from holdfast.evaluation.evaluate import Variant

    if named:
        names = _apart(named)
        return [Variant(name=name, plan=_plan(plan, suite, tools)) for name, plan in zip(names, named, strict=True)]
    said = suite.said.variants
    if not said:
        plan = _plan(suite.said.plan, suite, tools)
        return [Variant(name=plan.name, plan=plan)]
    found = {
        one.name: Variant(
            name=one.name, plan=_plan(one.plan or suite.said.plan, suite, tools), policy=_policy(one.policy, suite),
            said=one,
        ) for one in said
    }  # fmt: skip
    if len(found) < len(said):
        raise UsageError(f"{suite.path}: two variants have the same name")
    return list(found.values())


def _apart(named: Sequence[str]) -> list[str]:
    """Short names of plans, as long as these tell them apart."""
    short = [Path(name).stem for name in named]
    names = short if len(set(short)) == len(short) else list(named)
    if len(set(names)) < len(names):
        raise UsageError("`--plan` names the same plan twice")
    return names


def _plan(name: str, suite: Suite, tools: Registry) -> Plan:
    from holdfast.plan.load import load_plan

    if not name:
        raise UsageError(f"{suite.path} does not say which plan\n  = help: write `plan: NAME`, or say `--plan NAME`")
    beside = suite.path.parent / name
    return checked(load_plan(beside if beside.is_file() else plans.find(name)), tools)


def _policy(name: str, suite: Suite) -> Policy | None:
    from holdfast.people.policy.load import load_book

    return load_book(suite.path.parent / name).policy if name else None


# --- as text ----------------------------------------------------------------------------------------------------------


def _text(report: _Report) -> Iterator[str]:
    from holdfast.evaluation.figures import figures

    cases = len({one.case for runs in report.runs.values() for one in runs})
    often = f", {report.repeat} times each" if report.repeat > 1 else ""
    yield f"{plain(report.suite.said.eval)}: {cases} case{'' if cases == 1 else 's'}{often}, {report.seconds:.1f} s"
    rows = [["", *(variant.name for variant in report.variants)]]
    columns = [figures(runs) for runs in report.runs.values()]
    rows.append(["passed", *(f"{one.passed.count} of {one.passed.of}" for one in columns)])
    rows.append(["success rate", *(_share(one.passed) for one in columns)])
    rows.append(["calls", *(f"{one.calls:.1f}" for one in columns)])
    rows.append(["cost", *(f"{one.cost:.4g}" for one in columns)])
    rows.append(["people asked", *(f"{one.reviews:.2f}" for one in columns)])
    rows.append(["time", *(f"{_time(one.seconds)}, slowest 5 %: {_time(one.slowest)}" for one in columns)])
    widths = [max(len(plain(row[column])) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  " + "  ".join(plain(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield from _apart_text(report) if report.two else _failed_text(report)


def _share(share: Share) -> str:
    return f"{share.rate:.1%} ({share.low:.1%} to {share.high:.1%})"


def _time(seconds: float) -> str:
    from holdfast.plan.durations import format_duration

    return format_duration(float(round(seconds))) if seconds >= 10 else f"{seconds:.1f}s"  # noqa: PLR2004 - seconds


def _apart_text(report: _Report) -> Iterator[str]:
    from holdfast.evaluation.figures import changed, compared

    first, second = (plain(one.name) for one in report.variants[:2])
    assert report.two is not None  # noqa: S101 - asked before
    found = compared(*report.two)
    assert found is not None  # noqa: S101 - there are runs
    yield (
        f"{second} against {first}: {found.difference:+.1%} ({found.low:+.1%} to {found.high:+.1%}); "
        f"only {second} passed in {found.second}, only {first} in {found.first}; exact McNemar p = {found.p:.3g}"
    )
    yield f"  {_verdict(found, first, second)}"
    for one in changed(*report.two)[:_SHOWN]:
        yield f"  {plain(one.case)}: {first} {one.first} of {one.of}, {second} {one.second} of {one.of}"
        yield f"    {plain(one.why)}"


def _verdict(found: Paired, first: str, second: str) -> str:
    if found.p >= 0.05:  # noqa: PLR2004 - the usual level
        return "that may well be chance"
    better = second if found.difference > 0 else first
    return f"{better} is better, and chance alone hardly explains it"


def _failed_text(report: _Report) -> Iterator[str]:
    for runs in report.runs.values():
        failed = [one for one in runs if not one.passed]
        for one in failed[:_SHOWN]:
            again = f" (run {one.number + 1})" if report.repeat > 1 else ""
            yield f"  failed: {plain(one.case)}{again}  {plain(one.place)}"
            yield from (f"    {plain(fault)}" for fault in one.faults)
        if len(failed) > _SHOWN:
            yield f"  and {len(failed) - _SHOWN} more"


# --- as data ----------------------------------------------------------------------------------------------------------


def _data(report: _Report) -> dict[str, object]:
    from dataclasses import asdict

    from holdfast.evaluation.figures import changed, compared, figures

    comparison = None
    if report.two is not None:
        found = compared(*report.two)
        names = [one.name for one in report.variants[:2]]
        differing = [asdict(one) for one in changed(*report.two)]
        comparison = {"of": names, **(asdict(found) if found else {}), "changed": differing}
    return {
        "version": JSON_VERSION,
        "eval": report.suite.said.eval,
        "repeat": report.repeat,
        "seed": report.seed,
        "seconds": round(report.seconds, 3),
        "variants": [
            {"name": one.name, "plan": one.plan.name, **asdict(figures(report.runs[one.name]))}
            for one in report.variants
        ],
        "comparison": comparison,
        "runs": [
            {"variant": name, **asdict(one), "passed": one.passed}
            for name, runs in report.runs.items() for one in runs
        ],
    }  # fmt: skip


def _write_page(file: str, report: _Report) -> None:
    from holdfast.evaluation.page import page

    text = page(report.suite.said.eval, report.suite.said.description, report.runs)
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"`--html {plain(file)}` cannot be written: {error.strerror}") from None


COMMANDS = {
    "eval": Command(
        run=_run,
        arguments=_arguments,
        examples=(
            "holdfast eval refunds",
            "holdfast eval refunds --plan strict --plan lenient",
            "holdfast eval evals/refunds.yaml --repeat 20 --fail-under 0.95 --html refunds.html",
        ),
        details="Each case is run in a scripted world and in a time of its own, as tests in plans are. What comes out: "
        "the success rate with its 95 % interval (Wilson), and calls, cost, people asked and time of one run. Two "
        "plans are compared case by case: the difference with its interval (Newcombe), the exact McNemar test, and the "
        "cases that changed. Exit code: 0 done, 1 a rate is below --fail-under, 2 it could not be done.",
    )
}
