"""HF307: a plan made in the run that may write, and nobody looks."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.grants import allows
from holdfast.plan.program import SubPlan


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        action = site.step.action
        if not isinstance(action, SubPlan) or action.source is None:
            continue
        writes = _writes(subject, action)
        guarded = bool(subject.guards(site))
        if writes and not guarded and not _vouched(subject, site):
            more = f" and {len(writes) - 1} more that write" if len(writes) > 1 else ""
            message = f"nobody is asked before a plan made in the run writes: it may call `{writes[0]}`{more}"
            yield (
                message,
                subject.place((*site.path, "plan", "source")),
                "add a `human:` trigger to the step, name fewer `tools`, or let a person approve the text",
            )


def _writes(subject: Subject, action: SubPlan) -> list[str]:
    """The writing tools that the made plan may touch."""
    bounds = [subject.plan.grants, *([] if action.tools is None else [action.tools])]
    patterns = [one for bound in bounds for one in bound]
    names = subject.tools.names() if any("*" in one for one in patterns) else sorted({*patterns})
    touched = [name for name in names if all(allows(bound, name) for bound in bounds)]
    return [name for name in touched if (found := subject.contract(name)) is not None and found.effect == "write"]


def _vouched(subject: Subject, site: Site) -> bool:
    """Whether a person was shown the text and stood by it."""
    labels = subject.flow.reading(site, "plan")
    return "human" in labels and "untrusted" not in labels


RULE = Rule(
    code="HF307",
    slug="made-plan-writes",
    severity="warning",
    title="a plan made in the run that may write, and nobody looks",
    why="""
What `source` gives is decided in the run, by a model perhaps, and by whoever wrote what the model has read. It may do
all that it is granted, as often as its budget allows. Let it touch what only reads; or let a trigger at the step ask
about its writing calls, each with its own arguments; or let a person see the text before it runs.
""",
    bad="""
steps:
  - {id: draft, tool: model.ask, with: {prompt: Plan a trip}}
  - {id: go, plan: {source: steps.draft.output, tools: ['flights.*']}}
""",
    good="""
steps:
  - {id: draft, tool: model.ask, with: {prompt: Plan a trip}}
  - id: go
    plan: {source: steps.draft.output, tools: ['flights.*']}
    human:
      - {reason: A model planned this, to: operations, timeout: 4h, on_timeout: reject}
""",
    check=_check,
    confidence="likely",
)
