"""Where values may come from, found before anything runs."""

from __future__ import annotations

import pytest

from holdfast.lint.example_tools import example_tools
from holdfast.lint.pages import example
from holdfast.lint.rule import Subject
from holdfast.plan.load import load_source
from holdfast.plan.source import read

PAGE = "  - {id: page, tool: web.fetch, with: {url: x}}\n"


def ways(body: str, step: str = "end") -> dict[str, tuple[str, ...]]:
    """The labels that may reach a step's arguments, each with its way."""
    plan = load_source(example(body), "p.yaml")
    subject = Subject(plan, read(plan.source, plan.file), example_tools())
    return {label: tuple(way) for label, way in subject.flow.arguments(subject.by_id[step]).items()}


END = "  - {id: end, tool: mail.send, with: {to: '{{ %s }}'}}"
EACH = f"""  - {{id: a, tool: crm.leads}}
  - id: all
    each: {{in: steps.a.output, as: lead}}
    do:
    {END % "lead.email"}
"""
OK = "  - {id: ok, ask: {to: q, question: good?, options: ['{{ steps.page.output }}', other]}}\n"
STEPS: dict[str, tuple[str, set[str]]] = {
    "nothing": ("  - {id: end, tool: mail.send, with: {to: x}}", set()),
    "arguments": (PAGE + END % "steps.page.output", {"untrusted"}),
    "condition": (
        PAGE + "  - {id: end, when: steps.page.output == 'x', tool: mail.send, with: {to: x}}",
        {"untrusted"},
    ),
    "status": (PAGE + "  - {id: end, when: steps.page.status == 'failed', tool: mail.send, with: {to: x}}", set()),
    "loop": (EACH, {"observed"}),
    "fact": (PAGE + "  - {id: keep, set: {x: '{{ steps.page.output }}'}}\n" + END % "facts.x", {"untrusted"}),
    "person": (PAGE + OK + END % "steps.ok.output", {"human"}),
    "block": (
        "  - {id: b, do: [{id: page, tool: web.fetch, with: {url: x}}]}\n" + END % "steps.b.output",
        {"untrusted"},
    ),
    "event": ("  - {id: hear, wait: {event: news}}\n" + END % "steps.hear.output", {"untrusted"}),
    "child": ("  - {id: child, plan: other}\n" + END % "steps.child.output", {"untrusted"}),
}


@pytest.mark.parametrize("name", STEPS)
def test_labels_flow_through_every_construct(name: str) -> None:
    """Arguments, conditions, loops, facts, blocks, events, children; a person's answer ends it."""
    steps, labels = STEPS[name]
    assert labels == set(ways(f"steps:\n{steps}"))


def test_the_way_is_told_from_here_to_its_source() -> None:
    """The shortest one."""
    body = f"""
steps:
{PAGE}  - {{id: sum, tool: crm.leads, when: steps.page.output != ''}}
  - {{id: end, tool: mail.send, with: {{to: '{{{{ steps.sum.output[0].id }}}}'}}}}
"""
    assert ("sum", "page (web.fetch)") == ways(body)["untrusted"]


def test_facts_carry_how_they_are_come_by() -> None:
    """Given and inferred; an inference that must be certain is no guess."""
    body = """
inputs: {a: {type: string}}
facts:
  place: {given: '{{ inputs.a }}', infer: {tool: model.ask, with: {prompt: x}}}
  sure: {infer: {tool: model.ask, with: {prompt: x}}, confidence: 1}
steps:
  - {id: end, tool: mail.send, with: {to: '{{ facts.place }}', text: '{{ facts.sure }}'}}
"""
    assert {"given": ("facts.place",), "inferred": ("facts.place",)} == ways(body)
