"""HF305: a plan that may touch everything."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    listed = subject.document.get(("tools",))
    for number, pattern in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(pattern, str) and not pattern.replace("*", "").strip("."):
            yield (
                f"`{pattern}` lets every tool through",
                subject.place(("tools", number)),
                "name the tools, or a family such as `flights.*`",
            )


RULE = Rule(
    code="HF305",
    slug="wide-capability",
    severity="warning",
    title="a plan that may touch everything",
    why="""
`tools` says what a plan, and every plan it makes, may touch at all. A pattern that lets everything through is no
limit.
""",
    bad="""
tools: ['*']
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
tools: ['flights.*']
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
)
