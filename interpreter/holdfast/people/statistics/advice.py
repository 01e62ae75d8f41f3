"""What the figures recommend: ask less where nobody objects, more where people often do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.core.policy import PolicyRule
    from holdfast.people.policy.book import Book
    from holdfast.people.statistics.figures import Depth, Figures
    from holdfast.people.statistics.thresholds import Threshold

RARELY: Final = 0.05
"""Overrides are rare if their true share is below this with 95 % confidence: 73 approvals in a row say so."""
OFTEN: Final = 0.2
"""Overrides are frequent if their true share is above this with 95 % confidence."""
ENOUGH: Final = 50
"""Reviews that are enough to notice a change of the override rate."""
FEW: Final = 20
"""Decisions below which nothing is said about how they were made."""
HALF: Final = 0.5


@value
class Advice:
    """One recommendation.

    Args:
        about: the rule, person or queue.
        kind: `sample_less`, `ask_more`, `threshold`, `look_longer`, `too_late`, `passed_on`, `over_capacity`.
        text: it in a sentence.
    """

    about: str
    kind: str
    text: str


def advice(
    rules: Sequence[Figures], reviewers: Sequence[Figures], queues: Sequence[Depth], book: Book | None
) -> list[Advice]:
    """All recommendations that the evidence is enough for."""
    known = {rule.name: rule for rule in book.policy.rules} if book is not None else {}
    found = [one for figures in rules for one in _about_rule(figures, known.get(figures.name))]
    found += [one for figures in reviewers for one in _about_reviewer(figures)]
    return found + [one for depth in queues for one in _about_queue(depth)]


def about_threshold(rule: str, found: Threshold) -> Advice:
    """Where the overrides of a rule lie."""
    text = f"all {found.caught} overrides of `{rule}` lie within `{found.text}`"
    spared = f"a rule for that alone would have spared {found.spared} of {found.of} reviews"
    return Advice(about=rule, kind="threshold", text=f"{text}: {spared}; `holdfast policy replay` shows a trial")


def _about_rule(figures: Figures, rule: PolicyRule | None) -> Iterator[Advice]:
    share = figures.overrides
    if share is not None and share.high < RARELY:
        yield Advice(about=figures.name, kind="sample_less", text=_less(figures, rule))
    elif share is not None and share.low > OFTEN:
        yield Advice(about=figures.name, kind="ask_more", text=_more(figures, rule))
    closed = figures.asked - figures.waiting - figures.withdrawn
    if closed >= FEW and figures.expired / closed > OFTEN:
        text = f"nobody decides `{figures.name}` in time in {figures.expired} of {closed} cases: give it another queue"
        yield Advice(about=figures.name, kind="too_late", text=f"{text}, more time, or an escalation")
    for stage in figures.stages:
        if stage.asked >= FEW and stage.passed_on / stage.asked > OFTEN:
            text = f"`{stage.to}` lets {stage.passed_on} of {stage.asked} reviews of `{figures.name}` go on to the next"
            yield Advice(about=figures.name, kind="passed_on", text=f"{text}: more people, more time, or another queue")


def _less(figures: Figures, rule: PolicyRule | None) -> str:
    assert figures.overrides is not None  # noqa: S101 - asked before
    share, now = figures.overrides, rule.sample if rule is not None and rule.sample is not None else 1.0
    rate = min(HALF, max(0.05, ENOUGH / figures.asked)) * now
    said = f"`{figures.name}` is almost never overridden ({share.count} of {share.of}, at most {share.high:.1%})"
    return f"{said}: `sample: {rate:.2g}` would be enough to notice a change"


def _more(figures: Figures, rule: PolicyRule | None) -> str:
    assert figures.overrides is not None  # noqa: S101 - asked before
    share = figures.overrides
    said = f"`{figures.name}` is often overridden ({share.count} of {share.of}, at least {share.low:.1%})"
    sampled = rule is not None and rule.sample is not None and rule.sample < 1
    more = "ask every time: leave out its `sample`" if sampled else "what it lets pass may be wrong too: ask earlier"
    return f"{said}: {more}"


def _about_reviewer(figures: Figures) -> Iterator[Advice]:
    hasty = figures.hasty
    if hasty is not None and hasty.of >= FEW and hasty.low > HALF:
        text = f"`{figures.name}` decided {hasty.count} of {hasty.of} in under five seconds: was it looked at?"
        yield Advice(about=figures.name, kind="look_longer", text=text)


def _about_queue(depth: Depth) -> Iterator[Advice]:
    if depth.capacity is not None and depth.recent is not None and depth.recent > depth.capacity:
        text = f"`{depth.queue}` was asked {depth.recent} times and can take on {depth.capacity}"
        yield Advice(about=depth.queue, kind="over_capacity", text=f"{text}: ask less, or add people")
