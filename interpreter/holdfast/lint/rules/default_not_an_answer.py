"""HF149: a default that is none of the answers."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.types.outputs import chosen
from holdfast.lint.analysis.types.relate import misfit
from holdfast.lint.analysis.types.schema import of_schema
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Ask


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        ask = site.step.action
        if not isinstance(ask, Ask) or ask.default is None:
            continue
        here = (*site.path, "ask")
        wanted = chosen(subject.typing.text((*here, "options"))) if ask.schema is None else of_schema(ask.schema)
        said = misfit(subject.typing.text((*here, "default")), wanted)
        if said:
            yield f"the default {said}", subject.place((*here, "default")), "one of the answers that may be given"


RULE = Rule(
    code="HF149",
    slug="default-not-an-answer",
    severity="error",
    title="a default that nobody could have answered",
    why="""
When nobody answers in time the default is taken as the answer. This one is none of the options, or does not fit the
schema, so what follows meets a value that it was never meant for.
""",
    bad="""
steps:
  - {id: sure, ask: {question: Shall I?, options: ['yes', 'no'], default: 'later', timeout: 1h}}
  - {id: note, when: "steps.sure.output == 'yes'", tool: crm.note, with: {lead: l1, text: sure}}
""",
    good="""
steps:
  - {id: sure, ask: {question: Shall I?, options: ['yes', 'no'], default: 'no', timeout: 1h}}
  - {id: note, when: "steps.sure.output == 'yes'", tool: crm.note, with: {lead: l1, text: sure}}
""",
    check=_check,
)
