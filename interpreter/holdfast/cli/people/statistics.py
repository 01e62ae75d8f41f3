"""`holdfast reviews stats`: how people decide, and what that recommends."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from holdfast.cli.command import Command, UsageError
from holdfast.cli.session import policy_book, reading, wait_for
from holdfast.cli.terminal.data import values
from holdfast.cli.terminal.output import Output
from holdfast.cli.terminal.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.core.policy import PolicyRule
    from holdfast.journal.store import ReviewRow
    from holdfast.people.statistics.advice import Advice
    from holdfast.people.statistics.figures import Depth, Figures
    from holdfast.people.statistics.interval import Share


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since", metavar="DURATION", default="90d", help="reviews that were opened within it (default 90d)"
    )


def _run(args: argparse.Namespace, out: Output) -> int:
    from holdfast.people.statistics import advice, cases, figures

    book = policy_book(args)
    now = time.time()
    rows = wait_for(_history, args, now - _seconds(args.since))
    rules, people = figures.by_rule(rows), figures.by_reviewer(rows)
    queues = figures.by_queue(rows, book, now)
    said = advice.advice(rules, people, queues, book)
    often = {one.about for one in said if one.kind == "ask_more"}
    if book is not None and often:
        asked = [rule for rule in book.policy.rules if rule.name in often]
        said += wait_for(_thresholds, args, asked, rows)
    out.show(
        lambda: {
            "reviews": len(cases.cases(rows)),
            "rules": [values(one) for one in rules],
            "reviewers": [values(one) for one in people],
            "queues": [values(one) for one in queues],
            "advice": [values(one) for one in said],
        },
        lambda: _text(rules, people, queues, said, out),
    )
    return 0


def _seconds(text: str) -> float:
    from holdfast.plan.durations import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--since: {error}") from None


async def _history(args: argparse.Namespace, since: float) -> Sequence[ReviewRow]:
    async with reading(args) as store:
        return await store.review_history(since)


async def _thresholds(args: argparse.Namespace, rules: Sequence[PolicyRule], rows: Sequence[ReviewRow]) -> list[Advice]:
    from holdfast.people.statistics.advice import about_threshold
    from holdfast.people.statistics.evidence import thresholds

    async with reading(args) as store:
        return [about_threshold(rule.name, one) for rule in rules for one in await thresholds(store, rule, rows)]


def _text(
    rules: Sequence[Figures], people: Sequence[Figures], queues: Sequence[Depth], said: Sequence[Advice], out: Output
) -> str:
    if not rules and not queues:
        return "nobody was asked anything yet"
    parts = [_figures("RULE", rules, out)] if rules else []
    parts += [_stages(rules, out)] if any(one.stages for one in rules) else []
    parts += [_figures("REVIEWER", people, out)] if people else []
    parts += [_queues(queues, out)]
    parts += ["\n".join(["what this recommends:", *(f"  - {one.text}" for one in said)])] if said else []
    return "\n\n".join(parts)


_HEADS = ("ASKED", "OPEN", "APPROVED", "EDITED", "REJECTED", "OTHER", "EXPIRED", "OVERRIDDEN", "MEDIAN", "P90", "<5S")


def _figures(head: str, found: Sequence[Figures], out: Output) -> str:
    lines = [
        (
            one.name, str(one.asked), str(one.waiting), str(one.approved), str(one.edited), str(one.rejected),
            str(one.answered), str(one.expired), _share(one.overrides), _time(one.median), _time(one.p90),
            _rate(one.hasty),
        )
        for one in found
    ]  # fmt: skip
    return table((head, *_HEADS), lines, out.width, out.paint)


def _stages(found: Sequence[Figures], out: Output) -> str:
    """How far what was escalated went."""
    lines = [
        (one.name, f"{stage.number + 1}", stage.to, str(stage.asked), str(stage.passed_on))
        for one in found
        for stage in one.stages
    ]
    return table(("RULE", "STAGE", "QUEUE", "ASKED", "PASSED ON"), lines, out.width, out.paint)


def _queues(found: Sequence[Depth], out: Output) -> str:
    heads = ("QUEUE", "OPEN", "LATE", "OLDEST", "CAPACITY", "IN TIME")
    lines = [
        (one.queue, str(one.waiting), str(one.late), _time(one.oldest), _capacity(one), _rate(one.in_time))
        for one in found
    ]
    return table(heads, lines, out.width, out.paint)


def _share(share: Share | None) -> str:
    """`12% (5-24%)`: the rate with its interval."""
    return "" if share is None else f"{share.rate:.0%} ({share.low * 100:.0f}-{share.high:.0%})"


def _rate(share: Share | None) -> str:
    return "" if share is None else f"{share.rate:.0%}"


def _capacity(depth: Depth) -> str:
    return "" if depth.capacity is None else f"{depth.recent} of {depth.capacity} in {_time(depth.per)}"


def _time(seconds: float | None) -> str:
    """A duration in its largest unit: `4s`, `12m`, `3h`, `2d`."""
    if seconds is None:
        return ""
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), _UNITS[-1])
    return f"{seconds / size:.{0 if seconds >= 10 * size or seconds % size == 0 else 1}f}{unit}"


_UNITS = ((86_400.0, "d"), (3600.0, "h"), (60.0, "m"), (1.0, "s"))


COMMANDS = {
    "reviews stats": Command(
        run=_run,
        arguments=_arguments,
        examples=("holdfast reviews stats", "holdfast reviews stats --since 30d --json"),
        details="Overrides are edits and rejections; the interval is Wilson's, for 95 %. Rules of the policy go by "
        "their name, a plan's triggers and questions by plan/step.",
    )
}
