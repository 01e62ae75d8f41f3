"""HF251: a failure that is told as a success."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Stop


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        stop = site.step.action
        if isinstance(stop, Stop) and stop.status == "succeeded" and stop.output is None:
            failed = next((above for above in site.lineage if above.role == "fallback"), None)
            if failed is not None:
                what = (
                    f"`{failed.parent.step.id}`" if failed.parent is not None and failed.parent.step.id else "the plan"
                )
                yield (
                    f"here {what} has failed, and the run is told to have succeeded",
                    subject.place((*site.path, "stop")),
                    "say `status: failed` or `aborted`; or give the `output` that makes it a success: it has none",
                )


RULE = Rule(
    code="HF251",
    slug="failure-ends-as-success",
    severity="warning",
    title="a failure that is told as a success",
    why="""
A handler of errors that ends the run well hides the error from whoever started the run, from alarms, and from a plan
above that would have gone another way. Handlers are there to help or to tell, not to change the outcome.
""",
    bad="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 90}
    fallback:
      - id: give_up
        do:
          - {id: tell, tool: mail.send, with: {to: ana@example.com}}
          - {id: end, stop: {status: succeeded, reason: Nothing was free}}
""",
    good="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 90}
    fallback:
      - id: give_up
        do:
          - {id: tell, tool: mail.send, with: {to: ana@example.com}}
          - {id: end, stop: {status: failed, reason: Nothing was free}}
""",
    check=_check,
    confidence="likely",
)
