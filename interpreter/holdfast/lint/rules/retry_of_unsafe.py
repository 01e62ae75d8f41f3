"""HF205: retries of a tool that cannot be repeated."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject

_KNOWN = {"rate_limited", "circuit_open", "conflict", "failed_precondition", "denied", "not_found", "invalid"}


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract in subject.writes():
        retry = site.step.retry
        if contract.idempotency == "none" and retry is not None and retry.attempts > 1 and subject.says(site, "retry"):
            if retry.on is not None and retry.on <= _KNOWN:
                continue
            message = f"`{contract.name}` cannot be repeated safely: after a timeout a person is asked, not `retry`"
            yield message, subject.key((*site.path, "retry")), "say `on: [rate_limited]`, or give the tool a strategy"


RULE = Rule(
    code="HF205",
    slug="retry-of-unrepeatable",
    severity="info",
    title="retries of a tool that cannot be repeated",
    why="""
The tool's contract has no strategy that makes a repeat safe. When its outcome is unknown (a timeout, a lost
connection) Holdfast never tries again by itself but asks a person, whatever `retry` says; only failures that
certainly had no effect are retried.
""",
    bad="""
steps:
  - {id: tell, tool: mail.send, with: {to: ana@example.com}, retry: 3}
""",
    good="""
steps:
  - {id: tell, tool: mail.send, with: {to: ana@example.com}, retry: {attempts: 3, on: [rate_limited]}}
""",
    check=_check,
)
