"""What can be wrong with a policy: each page's own examples, both ways, and that what is silenced stays silent."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from holdfast.diagnostics import Diagnostic
from holdfast.lint.catalogue import POLICIES
from holdfast.lint.example_tools import example_tools
from holdfast.lint.forms import every_form
from holdfast.people.policy.lint import lint_policy
from holdfast.people.policy.load import read_book
from holdfast.people.policy.plans import lint_under
from holdfast.plan.source import read

FORMS = {form.code: form for form in every_form() if form.about != "plan"}


def found(code: str, text: str) -> Sequence[Diagnostic]:
    """What is said about an example of a code."""
    form = FORMS[code]
    if form.about == "policy":
        return lint_policy(read(text, "policy.yaml"))
    return lint_under(read(text, "example.yaml"), read_book(form.beside["policy"], "policy.yaml"), example_tools())


@pytest.mark.parametrize("code", FORMS)
def test_a_bad_example_is_found_as_its_page_says(code: str) -> None:
    """Word for word, and nothing else is; the good one is clean."""
    form = FORMS[code]
    assert [(code, form.slug, form.severity)] == [(one.code, one.slug, one.severity) for one in found(code, form.bad)]
    assert form.said == "\n\n".join(one.render() for one in found(code, form.bad))
    assert [] == found(code, form.good)


def test_every_finding_about_a_policy_has_a_page() -> None:
    """Those that keep it from being used, and those that do not."""
    assert {"HF060", "HF061", "HF062", "HF063", *POLICIES} == set(FORMS)


def test_what_is_meant_so_is_silenced_with_a_reason() -> None:
    """On the line it is about, in a policy as in a plan; an unused or unknown code is said, and an error stays."""
    rule = "rules:\n  - {name: dear, when: \"'payment' in tool.tags\", to: finance}  # holdfast: ignore[%s] meant\n"
    assert [] == [one.code for one in found("HF460", rule % "HF460")]
    assert ["HF460", "HF051"] == [one.code for one in found("HF460", rule % "HF461")]
    assert ["HF460", "HF050"] == [one.code for one in found("HF460", rule % "HF999")]
    closed = rule % "HF060" + "queues: {board: {}}\n"
    assert ["HF060", "HF053"] == [one.code for one in found("HF060", closed)]
    asked = FORMS["HF465"].bad.replace("1d}}", "1d}}  # holdfast: ignore[HF465] they are told in person")
    assert [] == found("HF465", asked)


PAY = """
holdfast: 1
plan: p
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 900}
    human:
      - {%s}
"""


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        ("to: three, approvals: 2, timeout: 1h", []),
        ("to: two, approvals: 2, timeout: 1h", ["`two` has 2 members: if one of them started the run"]),
        ("to: two, approvals: 3, timeout: 1h", ["`two` has 2 members, so 3 different people can never approve"]),
        ("to: open, approvals: 3, timeout: 1h", []),
        ("to: two, timeout: 1h, on_timeout: {escalate: {to: requester, timeout: 1h}}", ["cannot answer this stage"]),
        ("timeout: 1h, on_timeout: {escalate: {to: one, timeout: 1h}}", ["`one` has 1 member: if one"]),
        (
            "to: three, approvals: 2, timeout: 1h, on_timeout: {escalate: {to: two, timeout: 1h}}",
            ["`two` has 2 members: if one"],
        ),
        ("to: three, approvals: 2, timeout: 1h, on_timeout: {escalate: {to: two, approvals: 1, timeout: 1h}}", []),
    ],
)
def test_stages_that_nobody_could_answer_are_found(trigger: str, said: list[str]) -> None:
    """A payment keeps whoever started the run out, from the first stage on that asks somebody else."""
    book = read_book("queues: {one: {members: [a]}, two: {members: [a, b]}, three: {members: [a, b, c]}, open: {}}")
    messages = [one.message for one in lint_under(read(PAY % trigger, "p.yaml"), book, example_tools())]
    assert len(said) == len(messages), messages
    assert all(part in message for part, message in zip(said, messages, strict=True)), messages


def test_where_nobody_is_kept_out_everybody_counts() -> None:
    """Neither a payment nor `separate: true`."""
    book = read_book("queues: {two: {members: [a, b]}}")
    text = (PAY % "to: two, approvals: 2, timeout: 1h").replace("flights.book", "mail.send")
    assert [] == lint_under(read(text, "p.yaml"), book, example_tools())
    (found,) = lint_under(read(text.replace("to: two", "separate: true, to: two"), "p.yaml"), book)
    assert "HF467" == found.code


def test_each_stage_of_a_rule_is_looked_at() -> None:
    """A rule of the policy always keeps out who started the run."""
    text = """
rules:
  - name: dear
    when: "'payment' in tool.tags"
    to: three
    approvals: 2
    timeout: 1h
    on_timeout: {escalate: {to: two, timeout: 1h, on_timeout: {escalate: {to: two, approvals: 1, timeout: 1h}}}}
queues: {two: {members: [a, b]}, three: {members: [a, b, c]}}
"""
    assert [("HF467", 8)] == [
        (one.code, one.span.line) for one in lint_policy(read(text, "policy.yaml")) if one.span is not None
    ]


def test_a_payment_that_goes_on_to_the_requester_is_found_without_a_policy() -> None:
    """Nobody's members are needed to know it."""
    stages = "to: finance, timeout: 1h, on_timeout: {escalate: {to: requester, timeout: 1h}}"
    (found,) = lint_under(read(PAY % stages, "p.yaml"), None, example_tools())
    assert ("HF467", True) == (found.code, "`requester` cannot answer this stage" in found.message)


LEADS = """
holdfast: 1
plan: p
steps:
  - {id: leads, tool: crm.leads}
  - id: each_lead
    each: {in: steps.leads.output, as: lead, key: lead.id, max: 40}
    do:
      - {id: note, tool: crm.note, with: {lead: "{{ lead.id }}", text: seen}}
"""


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("tool.effect == 'write'", ["40 times", "each_lead 40 x (note 1)"]),
        ("tool.effect == 'write' and args.lead == 'x'", ["40 times", "each_lead 40 x (note 1)"]),
        ("", ["41 times", "leads 1 + each_lead 40 x (note 1)"]),
        ("tool.effect == 'read'", []),
        ("'payment' in tool.tags and amount > 3", []),
        ("not tool.reversible or tool.name in ['mail.send']", []),
        ("tool.name not in ['crm.leads', 'crm.note']", []),
    ],
)  # fmt: skip
def test_rules_count_for_the_calls_for_which_they_may_hold(when: str, said: Sequence[str]) -> None:
    """What is known of a tool rules calls out; what is known only when it runs does not."""
    condition = f'when: "{when}", ' if when else ""
    policy = f"rules: [{{name: r, {condition}to: sales, timeout: 1d}}]\nqueues: {{sales: {{capacity: 9/hour}}}}\n"
    found = lint_under(read(LEADS, "p.yaml"), read_book(policy, "policy.yaml"), example_tools())
    expected = [f"at worst one run asks `sales` {said[0]}, and it takes on 9 in 1 h: {said[1]}"] if said else []
    assert expected == [one.message for one in found]
