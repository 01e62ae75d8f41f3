"""HF232: a run that is aborted before it begins."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.program import AbortRule, Block, Each, Repeat

_NOTHING = {"spent": {"calls": 0, "tokens": 0, "cost": 0.0, "failures": 0, "elapsed": 0.0}}


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        for number, rule in enumerate(rules_at(site)):
            if all(name.startswith("spent.") for name in rule.when.reads) and _holds(rule):
                yield (
                    "this holds before anything was done: every run is aborted at once",
                    subject.place((*site.path, "abort", number, "when")),
                    "turn the comparison round, or compare with more than 0",
                )


def rules_at(site: Site) -> tuple[AbortRule, ...]:
    """The abort conditions of a plan or a block."""
    action = site.step.action
    if isinstance(action, Each | Repeat):
        return action.body.abort
    return action.abort if isinstance(action, Block) else ()


def _holds(rule: AbortRule) -> bool:
    try:
        return bool(rule.when.evaluate(_NOTHING))
    except ExpressionError:
        return False


RULE = Rule(
    code="HF232",
    slug="abort-at-once",
    severity="error",
    title="a run that is aborted before it begins",
    why="""
An abort condition is looked at from the start, when nothing was spent and nothing has failed. This one holds then:
every run is aborted before its first step.
""",
    bad="""
abort:
  - {when: spent.failures < 10, reason: A bad day}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
abort:
  - {when: spent.failures > 10, reason: A bad day}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
)
