"""HF212: a fallback that does the same again."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        above = site.parent
        if site.role != "fallback" or site.call is None or above is None or above.call is None:
            continue
        same = all(
            subject.document.get((*site.path, key)) == subject.document.get((*above.path, key))
            for key in ("tool", "with")
        )
        if same:
            message = f"`{site.call.tool}` has just failed with the same arguments"
            yield message, subject.place((*site.path, "tool")), "use `retry` for another try, or another way here"


RULE = Rule(
    code="HF212",
    slug="fallback-repeats-primary",
    severity="warning",
    title="a fallback that does the same again",
    why="""
What failed for good a moment ago fails again: the tries are a matter of `retry`, a fallback is another way.
""",
    bad="""
steps:
  - id: find
    tool: flights.search
    with: {to: JFK}
    fallback:
      - {id: again, tool: flights.search, with: {to: JFK}}
""",
    good="""
steps:
  - id: find
    tool: flights.search
    with: {to: JFK}
    retry: 3
    fallback:
      - {id: partner, tool: partner.search, with: {to: JFK}}
""",
    check=_check,
)
