"""HF135: an error code is compared that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.diagnostics import Fix, did_you_mean, only_near
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.codes import CODES
from holdfast.plan.source import Path
from holdfast.plan.source.editing import fix, set_word

_COMPARED = re.compile(r"error\.code\s*(?:==|!=)\s*(['\"])(.*?)\1|error\.code\s+(?:not\s+)?in\s*[\[(]([^\])]*)[\])]")
_WORD = re.compile(r"['\"]([^'\"]*)['\"]")


def _check(subject: Subject) -> Iterator[Found]:
    seen: set[object] = set()
    for use in subject.uses:
        text = subject.document.get(use.path)
        if use.name != "error.code" or use.path in seen or not isinstance(text, str):
            continue
        seen.add(use.path)
        for match in _COMPARED.finditer(text):
            start = match.start(2) if match[2] is not None else match.start(3)
            words = (
                [(match[2], start)]
                if match[2] is not None
                else [(w[1], start + w.start(1)) for w in _WORD.finditer(match[3])]
            )
            for word, offset in words:
                if word not in CODES:
                    message = f"there is no error code `{word}`{did_you_mean(word, CODES)}"
                    yield (
                        message,
                        subject.document.within(use.path, offset),
                        f"the codes are {', '.join(sorted(CODES))}",
                        _meant(subject, use.path, offset, word),
                    )


def _meant(subject: Subject, path: Path, offset: int, word: str) -> Fix | None:
    near = only_near(word, CODES)
    if near is None:
        return None
    return fix(f"write `{near[0]}`", set_word(subject.document, path, offset, word, near[0]), safe=near[1])


RULE = Rule(
    code="HF135",
    slug="unknown-error-code",
    severity="error",
    title="an error code is compared that does not exist",
    why="""
Error codes are a closed set. A comparison with anything else never holds, so the fallback or the trigger behind it
never happens.
""",
    bad="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1}
    fallback:
      - {id: other, when: error.code == 'sold_out', tool: flights.book, with: {flight: F2}}
""",
    good="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1}
    fallback:
      - {id: other, when: error.code == 'conflict', tool: flights.book, with: {flight: F2}}
""",
    check=_check,
)
