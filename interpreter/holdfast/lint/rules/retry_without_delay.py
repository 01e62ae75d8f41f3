"""HF249: tries that follow one another at once."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source import Path


def _check(subject: Subject) -> Iterator[Found]:
    paths: list[Path] = [("defaults", "retry"), *((*site.path, "retry") for site in subject.sites[1:])]
    for path in paths:
        retry = subject.document.get(path)
        if isinstance(retry, dict) and _none(retry.get("delay")) and retry.get("attempts", 1) != 1:
            message = f"{retry.get('attempts')} tries follow one another without a pause"
            yield message, subject.place((*path, "delay")), "`delay: 500ms` or more; it grows by `factor`"


def _none(delay: object) -> bool:
    return delay == 0 or (isinstance(delay, str) and delay.strip("smhd").strip() in {"0", "0.0"})


RULE = Rule(
    code="HF249",
    slug="retry-without-delay",
    severity="warning",
    title="tries that follow one another at once",
    why="""
What failed a moment ago fails again. Without a delay all tries are used up before anything can have recovered, and a
service in trouble gets all of them in the same second.
""",
    bad="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, retry: {attempts: 5, delay: 0s}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}, retry: {attempts: 5, delay: 500ms}}
""",
    check=_check,
)
