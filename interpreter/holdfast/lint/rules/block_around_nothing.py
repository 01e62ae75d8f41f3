"""HF506: a block that adds nothing."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Block, Parallel

_ITS_OWN = {"id", "description", "do", "parallel"}


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites[1:]:
        data, action = subject.document.get(site.path), site.step.action
        if not isinstance(data, dict) or not data.keys() <= _ITS_OWN:
            continue
        if isinstance(action, Block) and len(action.steps) == 1:
            inner = action.steps[0].id
            yield (
                f"there is nothing but `{inner}` in this block",
                subject.key((*site.path, "do")),
                f"let `{inner}` stand alone",
            )
        elif isinstance(action, Parallel) and len(action.branches) == 1:
            branch = action.branches[0][0]
            yield (
                f"there is no branch beside `{branch}`",
                subject.key((*site.path, "parallel")),
                "use `do`, or no block",
            )


RULE = Rule(
    code="HF506",
    slug="block-around-one",
    severity="info",
    title="a block that adds nothing",
    why="""
A block groups steps that are retried, undone, guarded or repeated together. Around one step, and with nothing of its
own, it only makes addresses longer.
""",
    bad="""
steps:
  - id: search
    do:
      - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
    profile="production",
)
