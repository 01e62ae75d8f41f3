"""HF247: a loop over effects that somebody else makes as long as they like."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Each


def _check(subject: Subject) -> Iterator[Found]:
    told: set[Site] = set()
    for site, contract in subject.writes():
        for loop in site.loops:
            if loop in told or not isinstance(loop.step.action, Each):
                continue
            here = (*loop.path, "each")
            said = subject.document.get((*here, "max"))
            uses = [use for use in subject.uses if use.site is loop and use.path[: len(here) + 1] == (*here, "in")]
            way = next((way for use in uses if (way := subject.flow.of(use).get("untrusted"))), None)
            if said is None and way is not None:
                told.add(loop)
                message = f"`{contract.name}` is called up to {loop.step.action.max:,} times, as text from outside says"
                yield f"{message}: {' <- '.join(way)}", subject.key(here), "add `max:` with what is meant"


RULE = Rule(
    code="HF247",
    slug="loop-as-long-as-others-say",
    severity="warning",
    title="a loop over effects that somebody else makes as long as they like",
    why="""
The list comes from outside: from a page, a mail, the answer of a model. Whoever wrote it says how often this writes, up
to 10,000 times. `max` says how often is meant; a longer list fails before the first item.
""",
    bad="""
steps:
  - {id: names, tool: model.ask, with: {prompt: Who should know?}}
  - id: each_name
    each: {in: steps.names.output | split, as: name, key: name}
    do:
      - {id: note, tool: crm.note, with: {lead: '{{ name }}', text: hello}}
""",
    good="""
steps:
  - {id: names, tool: model.ask, with: {prompt: Who should know?}}
  - id: each_name
    each: {in: steps.names.output | split, as: name, key: name, max: 20}
    do:
      - {id: note, tool: crm.note, with: {lead: '{{ name }}', text: hello}}
""",
    check=_check,
    profile="production",
    confidence="likely",
)
