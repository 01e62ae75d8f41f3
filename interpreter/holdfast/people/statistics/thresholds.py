"""Where a rule's threshold would have caught the overrides, and no more than it has to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from holdfast.plan.expressions import ExpressionError, parse_expression
from holdfast.values import pair, value

if TYPE_CHECKING:
    from holdfast.core.policy import PolicyRule
    from holdfast.plan.program import Names


@pair
class Sample:
    """The number that a name stood for when people were asked, and whether they overrode."""

    number: float
    overridden: bool


@value
class Threshold:
    """A bound that all overrides lie within.

    Args:
        name: what is compared: `amount`, `args.total`.
        sign: `>=` or `<=`.
        bound: the override nearest to the other ones.
        caught: overrides, all of them.
        spared: reviews without an override that it would not have asked for.
        of: reviews in all.
    """

    name: str
    sign: str
    bound: float
    caught: int
    spared: int
    of: int

    @property
    def text(self) -> str:
        """As an expression."""
        return f"{self.name} {self.sign} {self.bound:g}"


def compared(rule: PolicyRule) -> tuple[str, ...]:
    """The names that a rule compares with numbers."""
    condition = rule.condition
    if condition is None:
        return ()
    parsed = parse_expression(condition.source)
    return tuple(sorted({name for name, _ in parsed.references if parsed.comparisons(name)}))


def numbers(names: Names, wanted: Iterable[str]) -> Iterator[tuple[str, float]]:
    """What these names stand for, where that is a number."""
    for name in wanted:
        try:
            found = parse_expression(name).evaluate(names)
        except ExpressionError:
            continue
        if isinstance(found, int | float) and not isinstance(found, bool):
            yield name, float(found)


def threshold(name: str, samples: Sequence[Sample]) -> Threshold | None:
    """The bound that catches every override and spares the most other reviews; None where none spares any."""
    overridden = [sample.number for sample in samples if sample.overridden]
    others = [sample.number for sample in samples if not sample.overridden]
    if not overridden:
        return None
    above, below = min(overridden), max(overridden)
    spared_below, spared_above = sum(one < above for one in others), sum(one > below for one in others)
    spared, sign, bound = max((spared_below, ">=", above), (spared_above, "<=", below))
    if not spared:
        return None
    return Threshold(name=name, sign=sign, bound=bound, caught=len(overridden), spared=spared, of=len(samples))
