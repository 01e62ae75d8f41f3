"""HF306: a tool that is allowed and not used."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.grants import makes_plans
from holdfast.plan.source.editing import cut, removal


def _check(subject: Subject) -> Iterator[Found]:
    if makes_plans(subject.plan):
        return  # a plan made in the run may use any of them
    listed = subject.document.get(("tools",))
    for number, pattern in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(pattern, str) and not any(fnmatchcase(name, pattern) for name in subject.plan.tools):
            path = ("tools", number)
            cure = removal("remove it", cut(subject.document, path), safe=False)
            yield f"no step uses `{pattern}`", subject.place(path), "remove it", cure


RULE = Rule(
    code="HF306",
    slug="unused-capability",
    severity="info",
    title="a tool that is allowed and not used",
    why="""
What a plan may touch and does not touch is only there for a mistake, or for a plan that it makes.
""",
    bad="""
tools: [flights.search, mail.send]
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
tools: [flights.search]
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
    confidence="likely",
)
