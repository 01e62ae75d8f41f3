"""HF246: a cleanup that may wait for a person."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract in subject.writes():
        if contract.idempotency == "none" and any(above.role == "cleanup" for above in site.lineage):
            yield (
                f"when the outcome of `{contract.name}` is lost, a person is asked about it",
                subject.place((*site.path, "tool")),
                "use a tool that can be repeated safely, or do it before the cleanup",
            )


RULE = Rule(
    code="HF246",
    slug="cleanup-may-ask",
    severity="info",
    title="a cleanup that may wait for a person",
    why="""
When the outcome of a call with strategy `none` is lost (a timeout, a crash), a person is asked what took place. In the
cleanup that keeps a run open that has ended otherwise, until somebody answers or its allowance is over.
""",
    bad="""
steps:
  - {id: book, tool: flights.book, with: {flight: F1}}
cleanup:
  - {id: tell, tool: mail.send, with: {to: ana@example.com}, retry: 2}
""",
    good="""
steps:
  - {id: book, tool: flights.book, with: {flight: F1}}
cleanup:
  - {id: note, tool: crm.note, with: {lead: l1, text: done}, retry: 2}
""",
    check=_check,
    profile="production",
)
