"""HF136: a step's status is compared with what it never is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.diagnostics import did_you_mean
from holdfast.lint.rule import Found, Rule, Subject

STATUSES = ("succeeded", "skipped", "failed", "pending")
_COMPARED = re.compile(r"steps\.\w+\.status\s*(?:==|!=)\s*(['\"])(.*?)\1")


def _check(subject: Subject) -> Iterator[Found]:
    seen: set[object] = set()
    for use in subject.uses:
        text = subject.document.get(use.path)
        if use.parts[2:] != ["status"] or use.path in seen or not isinstance(text, str):
            continue
        seen.add(use.path)
        for match in _COMPARED.finditer(text):
            if match[2] not in STATUSES:
                message = f"a step is never `{match[2]}`{did_you_mean(match[2], STATUSES)}"
                yield message, subject.document.within(use.path, match.start(2)), f"it is {', '.join(STATUSES)}"


RULE = Rule(
    code="HF136",
    slug="unknown-step-status",
    severity="error",
    title="a step's status is compared with what it never is",
    why="""
A step is `succeeded`, `skipped`, `failed` or `pending`. A comparison with anything else never holds.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, optional: true}
  - {id: tell, when: steps.find.status == 'ok', tool: mail.send, with: {to: ana@example.com}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, optional: true}
  - {id: tell, when: steps.find.status == 'succeeded', tool: mail.send, with: {to: ana@example.com}}
""",
    check=_check,
)
