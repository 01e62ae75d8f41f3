"""HF223: a cleanup step without a second try."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.time import policy
from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract in subject.writes():
        in_cleanup = any(above.role == "cleanup" for above in site.lineage)
        if in_cleanup and not site.step.fallback and policy(site.step, contract).attempts == 1:
            message = f"`{contract.name}` is tried once, and nobody notices when that fails"
            yield message, subject.place((*site.path, "tool")), "add `retry:`"


RULE = Rule(
    code="HF223",
    slug="cleanup-may-fail-silently",
    severity="info",
    title="a cleanup step without a second try",
    why="""
Cleanup runs once, at the end, whatever happened; its failures are recorded and change nothing. One hiccup of the
other side and what it should have released stays.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
cleanup:
  - {id: release, tool: crm.remove, with: {lead: l1}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
cleanup:
  - {id: release, tool: crm.remove, with: {lead: l1}, retry: 3}
""",
    check=_check,
    profile="production",
    confidence="possible",
)
