"""HF134: a field is read that the tool does not return."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.diagnostics import did_you_mean
from holdfast.lint.analysis.order import collected
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.schemas import Missing, follow


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
            yield message, subject.document.within(use.path, use.offset), advice


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
