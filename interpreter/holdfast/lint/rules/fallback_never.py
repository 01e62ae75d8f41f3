"""HF240: a fallback for what cannot happen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from holdfast.lint.analysis.comparisons import comparison
from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Ask, SetFacts, Wait

_OF_CALLS: Final = {
    "conflict", "unavailable", "rate_limited", "not_found", "denied", "circuit_open", "idempotency_mismatch",
    "unknown_outcome", "lint",
}  # fmt: skip
"""Codes that only come from calls."""


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        above = site.parent
        if site.role != "fallback" or above is None:
            continue
        if _cannot_fail(above):
            yield f"`{above.step.id}` does not fail, so this is never taken", subject.place((*site.path, "id")), ""
            continue
        codes, advice = _impossible(above)
        found = comparison(site.step.when)
        named = found.value if found is not None and found.name == "error.code" and found.sign in {"eq", "in"} else ()
        words = named if isinstance(named, tuple) else (named,)
        if words and all(word in codes for word in words):
            listed = " nor ".join(f"`{word}`" for word in words)
            yield f"`{above.step.id}` never fails with {listed}", subject.place((*site.path, "when")), advice


def _cannot_fail(site: Site) -> bool:
    """A pause without a deadline of its own, and facts that are set to constants."""
    action = site.step.action
    if isinstance(action, SetFacts):
        return not action.values.reads
    return isinstance(action, Wait) and action.duration is not None and site.step.deadline is None


def _impossible(site: Site) -> tuple[set[str], str]:
    """Codes that a step never fails with, and which one is probably meant."""
    action, cut_short = site.step.action, site.step.deadline is not None
    if isinstance(action, Ask):
        return _OF_CALLS | ({"timeout"} if not cut_short else set()), "when nobody answers it is `expired`"
    if isinstance(action, Wait) and action.event is not None:
        return _OF_CALLS | {"expired", "rejected"}, "when the event does not come it is `timeout`"
    return set(), ""


RULE = Rule(
    code="HF240",
    slug="fallback-never-taken",
    severity="warning",
    title="a fallback for what cannot happen",
    why="""
A question fails with `expired` when nobody answers, a wait for an event with `timeout` when it does not come; neither
fails as a call does. An alternative that waits for another code never applies.
""",
    bad="""
steps:
  - id: sure
    ask: {question: Shall I?, options: ['yes', 'no'], timeout: 1h}
    fallback:
      - {id: later, when: error.code == 'timeout', tool: crm.note, with: {lead: l1, text: nobody answered}}
  - {id: note, when: "steps.sure.output == 'yes'", tool: crm.note, with: {lead: l1, text: sure}}
""",
    good="""
steps:
  - id: sure
    ask: {question: Shall I?, options: ['yes', 'no'], timeout: 1h}
    fallback:
      - {id: later, when: error.code == 'expired', tool: crm.note, with: {lead: l1, text: nobody answered}}
  - {id: note, when: "steps.sure.output == 'yes'", tool: crm.note, with: {lead: l1, text: sure}}
""",
    check=_check,
    confidence="likely",
)
