"""HF204: a retry of an error that does not pass."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject

_PERMANENT = ("invalid", "denied", "not_found", "idempotency_mismatch", "bad_output", "rejected", "budget", "lint")


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        listed = subject.document.get((*site.path, "retry", "on"))
        for number, code in enumerate(listed if isinstance(listed, list) else []):
            if code in _PERMANENT:
                message = f"`{code}` does not pass: the next try fails in the same way"
                yield (
                    message,
                    subject.place((*site.path, "retry", "on", number)),
                    "leave it out, or give the step a fallback for it",
                )


RULE = Rule(
    code="HF204",
    slug="retry-of-permanent-error",
    severity="warning",
    title="a retry of an error that does not pass",
    why="""
An `invalid` call stays invalid, and who is denied now is denied in two seconds: the tries cost time and change
nothing.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, retry: {attempts: 3, on: [timeout, invalid]}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, retry: {attempts: 3, on: [timeout, unavailable]}}
""",
    check=_check,
)
