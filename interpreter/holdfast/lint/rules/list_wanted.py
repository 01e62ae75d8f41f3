"""HF147: what has to be a list is none."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.types.relate import describe
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Ask, Each
from holdfast.plan.source import Path


def _check(subject: Subject) -> Iterator[Found]:
    for path, what in _lists(subject):
        found = subject.typing.text(path)
        kinds = found.kinds - {"null"} or found.kinds
        if kinds and "array" not in kinds:
            yield f"{what} has to be a list, and this is {describe(found)}", subject.place(path), _advice(kinds)


def _lists(subject: Subject) -> Iterator[tuple[Path, str]]:
    for site in subject.sites:
        action = site.step.action
        if isinstance(action, Each):
            yield (*site.path, "each", "in"), "`in`"
        elif isinstance(action, Ask) and action.options is not None:
            yield (*site.path, "ask", "options"), "`options`"


def _advice(kinds: frozenset[str]) -> str:
    return "`| items`, `| keys` or `| values` makes a list of a map" if kinds == {"object"} else ""


RULE = Rule(
    code="HF147",
    slug="list-wanted",
    severity="error",
    title="a list is needed, and this is none",
    why="""
`each` goes over a list, and a question has a list of options. A map, a text or a number in its place fails the step
with `invalid`, each time.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - id: each_flight
    each: {in: 'steps.find.output[0]', as: flight}
    do:
      - {id: note, tool: crm.note, with: {lead: l1, text: '{{ flight }}'}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - id: each_flight
    each: {in: 'steps.find.output[:1]', as: flight, key: flight.id}
    do:
      - {id: note, tool: crm.note, with: {lead: l1, text: '{{ flight.id }}'}}
""",
    check=_check,
    confidence="likely",
)
