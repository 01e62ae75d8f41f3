"""HF239: a fallback that needs what has just failed."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        above = site.parent
        if site.role != "fallback" or site.call is None or above is None or above.call is None:
            continue
        same = site.call.tool == above.call.tool
        arguments = subject.document.get((*site.path, "with")) != subject.document.get((*above.path, "with"))
        if same and arguments and site.step.when is None:
            yield (
                f"when `{site.call.tool}` is down, this fails as well",
                subject.place((*site.path, "tool")),
                "say when it helps, such as `when: error.code == 'conflict'`, or use another tool",
            )


RULE = Rule(
    code="HF239",
    slug="fallback-needs-the-same",
    severity="warning",
    title="a fallback that needs what has just failed",
    why="""
When a tool is down or its circuit is open, calling it again with other arguments fails in the same way. A fallback that
has no condition is for all failures, these included.
""",
    bad="""
steps:
  - id: find
    tool: flights.search
    with: {to: JFK}
    fallback:
      - {id: near, tool: flights.search, with: {to: EWR}}
""",
    good="""
steps:
  - id: find
    tool: flights.search
    with: {to: JFK}
    fallback:
      - {id: near, when: error.code == 'not_found', tool: flights.search, with: {to: EWR}}
""",
    check=_check,
    profile="production",
    confidence="likely",
)
