"""HF134: a field is read that the tool does not return."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from holdfast.diagnostics import Fix, did_you_mean, only_near
from holdfast.lint.analysis.order import collected
from holdfast.lint.analysis.uses import Use
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.schemas import Missing, follow
from holdfast.plan.source.editing import fix, set_word

_WRITTEN: Final = re.compile(r"[\w.\[\]]+")


def _check(subject: Subject) -> Iterator[Found]:
    for use in subject.uses:
        parts = use.parts
        site = subject.by_id.get(parts[1]) if parts[0] == "steps" and parts[2:3] == ["output"] else None
        if site is None or site.call is None or site.step.fallback or collected(use, site):
            continue
        missing = follow(subject.output(site.call.tool), parts[3:])
        if isinstance(missing, Missing):
            close = did_you_mean(missing.name, missing.known)
            message = f"`{site.call.tool}` returns nothing called `{missing.name}`{close}"
            advice = f"it returns {', '.join(sorted(missing.known))}"
            yield message, subject.document.within(use.path, use.offset), advice, _meant(subject, use, missing)


def _meant(subject: Subject, use: Use, missing: Missing) -> Fix | None:
    """The field that comes near, where the name stands once in the path as it is written."""
    near, text = only_near(missing.name, missing.known), str(subject.document.get(use.path))
    written = _WRITTEN.match(text, use.offset)
    places = list(re.finditer(rf"\b{re.escape(missing.name)}\b", written[0])) if written else []
    if near is None or len(places) != 1:
        return None
    edit = set_word(subject.document, use.path, use.offset + places[0].start(), missing.name, near[0])
    return fix(f"write `{near[0]}`", edit, safe=near[1])


RULE = Rule(
    code="HF134",
    slug="unknown-output-field",
    severity="error",
    title="a field is read that the tool does not return",
    why="""
The tool's output schema lists its fields and has none of this name: the expression fails each time it is evaluated.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].cost }}'}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].price }}'}}
""",
    check=_check,
    confidence="likely",
)
