"""HF124: an expression gives a plan an input of the wrong type."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.types.relate import misfit
from holdfast.lint.analysis.types.schema import of_schema
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import SubPlan
from holdfast.plan.template import compile_template


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        action = site.step.action
        child = subject.children.get(action.plan) if isinstance(action, SubPlan) else None
        given = subject.document.get((*site.path, "with"))
        for name, value in given.items() if child is not None and isinstance(given, dict) else ():
            declared = child.inputs.get(name) if child is not None else None
            if declared is None or declared.secret or compile_template(value).constant:  # constants are HF035's
                continue
            path = (*site.path, "with", name)
            said = misfit(subject.typing.text(path), of_schema(declared.schema))
            if said:
                yield f"input `{name}` of plan `{child.name if child else name}` {said}", subject.place(path), ""


RULE = Rule(
    code="HF124",
    slug="wrong-type-for-plan",
    severity="error",
    title="an expression gives a plan an input of the wrong type",
    why="""
What this expression gives is, for all that is known of it, never what the input of the other plan takes: the step fails
as `invalid` before the other plan begins, each time.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - id: bill
    plan: send-invoice
    with: {customer: ana, amount: '{{ steps.find.output[0].id }}'}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - id: bill
    plan: send-invoice
    with: {customer: ana, amount: '{{ steps.find.output[0].price }}'}
""",
    check=_check,
    confidence="likely",
)
