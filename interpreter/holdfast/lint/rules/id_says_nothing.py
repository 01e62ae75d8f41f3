"""HF504: a step whose name says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject

_EMPTY = re.compile(r"(?:step|task|node|action|do|block|s|t|x)_?\d+")


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.by_id.values():
        if _EMPTY.fullmatch(site.step.id):
            yield (
                f"`{site.step.id}` says nothing about what the step does",
                subject.place((*site.path, "id")),
                "name it for its work",
            )


RULE = Rule(
    code="HF504",
    slug="id-says-nothing",
    severity="info",
    title="a step whose name says nothing",
    why="""
Ids stand in addresses, keys, reviews and journals, for ever: changing one later makes other effects of the same work.
""",
    bad="""
steps:
  - {id: step1, tool: flights.search, with: {to: JFK}}
""",
    good="""
steps:
  - {id: search, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
)
