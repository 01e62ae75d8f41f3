"""HF136: a step's status is compared with what it never is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.diagnostics import Fix, did_you_mean, only_near
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source import Path
from holdfast.plan.source.editing import fix, set_word

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
                place = subject.document.within(use.path, match.start(2))
                yield (
                    message,
                    place,
                    f"it is {', '.join(STATUSES)}",
                    _meant(subject, use.path, match.start(2), match[2]),
                )


def _meant(subject: Subject, path: Path, offset: int, word: str) -> Fix | None:
    near = only_near(word, STATUSES)
    if near is None:
        return None
    return fix(f"write `{near[0]}`", set_word(subject.document, path, offset, word, near[0]), safe=near[1])


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
