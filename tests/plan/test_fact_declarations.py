"""Facts in a plan's text: what fits together and what does not."""

from __future__ import annotations

import pytest

from holdfast.errors import PlanError
from holdfast.plan.load import load_source
from holdfast.plan.program import Ask, Call

HEAD = "holdfast: 1\nplan: p\ninputs: {n: {}}\n"
STEPS = "steps: [{id: a, tool: t.a, with: {x: '{{ facts.f }}'}}]\n"


def test_a_fact_is_compiled_with_its_call_and_its_question() -> None:
    """The call has the plan's defaults, its tool is one of the plan's; the numbers are as written."""
    text = (
        "defaults: {timeout: 3s, retry: 2}\n"
        "facts: {eager: true, f: {given: '{{ inputs.n }}', infer: {tool: t.guess, with: {n: 1}}, "
        "ask: {question: q, options: [1]}, confidence: 0.9, cost: {asking: 1, wrong: 5}}}\n"
    )
    plan = load_source(HEAD + text + STEPS, "p.yaml")
    fact = plan.facts["f"]
    assert fact.infer is not None
    assert fact.ask is not None
    assert isinstance(fact.infer.action, Call)
    assert isinstance(fact.ask.action, Ask)
    retry = fact.infer.retry
    assert retry is not None
    assert (3.0, 2, True, {"t.a", "t.guess"}) == (fact.infer.timeout, retry.attempts, plan.eager, set(plan.tools))
    assert (0.9, 1.0, 5.0) == (fact.confidence, fact.asking, fact.wrong)


@pytest.mark.parametrize(
    ("facts", "code", "message"),
    [
        ("{f: {given: '{{ facts.f }}'}}", "HF034", "facts need each other in a circle: f -> f"),
        (
            "{f: {given: '{{facts.g}}'}, g: {given: '{{facts.h}}'}, h: {ask: {question: '{{facts.g}}', schema: {}}}}",
            "HF034",
            "facts need each other in a circle: g -> h -> g",
        ),
        ("{f: {given: '{{ facts }}'}}", "HF034", "facts need each other in a circle: f -> f"),
        ("{f: {given: '{{ facts.ff }}'}}", "HF105", "the plan has no fact `ff`: did you mean `f`?"),
        ("{f: {given: '{{ steps.a.output }}'}}", "HF102", "a fact cannot read `steps`: it may be needed at any time"),
        ("{f: {ask: {question: '{{ error }}', options: [1]}}}", "HF102", "a fact cannot read `error`"),
        ("{f: {infer: {tool: t, wth: {}}}}", "HF017", "`wth`: did you mean `with`?"),
        ("{f: {}}", "HF024", "a fact needs a way to come by it: `given`, `infer` or `ask`"),
        ("{Fx: {given: 1}}", "HF024", "`Fx` is not a name"),
        ("{eager: yes, f: {given: 1}}", "HF019", "`eager` must be `true` or `false`"),
    ],
)
def test_what_does_not_fit_is_said_where_it_stands(facts: str, code: str, message: str) -> None:
    """With the author's own words, and what is allowed."""
    with pytest.raises(PlanError) as caught:
        load_source(HEAD + f"facts: {facts}\n" + STEPS, "p.yaml")
    found = caught.value.diagnostics[0]
    assert (code, True) == (found.code, found.message.startswith(message)), found.message


def test_facts_that_share_a_need_are_no_circle() -> None:
    """F and g both need h."""
    facts = "facts: {f: {given: '{{ facts.h }}'}, g: {given: ['{{ facts.h }}', '{{ facts.f }}']}, h: {given: 1}}\n"
    assert ["f", "g", "h"] == list(load_source(HEAD + facts + STEPS, "p.yaml").facts)
