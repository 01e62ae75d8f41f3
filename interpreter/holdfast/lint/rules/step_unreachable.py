"""HF213: steps behind the end."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Stop


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        if not isinstance(site.step.action, Stop) or site.step.when is not None or site.role == "fallback":
            continue
        other = subject.following(site)
        if other is not None:
            message = f"`{other.step.id}` never runs: `{site.step.id}` ends the run before it"
            advice = "give the `stop` a `when`, or remove what stands behind it"
            yield message, subject.place((*other.path, "id")), advice


RULE = Rule(
    code="HF213",
    slug="unreachable-step",
    severity="warning",
    title="steps behind the end",
    why="""
The run ends at a `stop` that has no condition; what stands behind it in the same block never runs.
""",
    bad="""
steps:
  - {id: enough, stop: {status: succeeded}}
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
inputs:
  done: {type: boolean}
steps:
  - {id: enough, when: inputs.done, stop: {status: succeeded}}
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    check=_check,
)
