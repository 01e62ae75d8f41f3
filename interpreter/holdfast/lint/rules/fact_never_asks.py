"""HF405: a question that is never worth its cost."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for name, fact in subject.plan.facts.items():
        if fact.infer is None or fact.ask is None:
            continue
        if fact.confidence <= 0:
            message = "each guess is certain enough to be taken: nobody is ever asked"
            yield message, subject.place(("facts", name, "confidence")), "a higher `confidence`, or no `ask`"
        elif fact.asking is None or fact.wrong is None:
            continue
        elif fact.asking >= fact.wrong:
            costs = f"asking costs {fact.asking:g}, a wrong guess at most {fact.wrong:g}"
            message = f"{costs}: no guess is ever doubtful enough to ask"
            yield message, subject.place(("facts", name, "cost")), "other costs, or no `ask`"


RULE = Rule(
    code="HF405",
    slug="fact-never-asks",
    severity="warning",
    title="a question that is never worth its cost",
    why="""
Below the threshold a person is asked if `asking < (1 - confidence) * wrong`. The right side is at most `wrong`, for a
guess without any confidence; where asking costs as much, nobody is ever asked because of a doubtful guess. Nor is
anybody where the threshold is 0.
""",
    bad="""
facts:
  airport:
    infer: {tool: model.ask, with: {prompt: Which airport?}}
    ask: {question: Which airport?, schema: {type: string}, timeout: 1h}
    cost: {asking: 5, wrong: 2}
steps:
  - {id: find, tool: flights.search, with: {to: '{{ facts.airport }}'}}
""",
    good="""
facts:
  airport:
    infer: {tool: model.ask, with: {prompt: Which airport?}}
    ask: {question: Which airport?, schema: {type: string}, timeout: 1h}
    confidence: 0.8
    cost: {asking: 1, wrong: 4}
steps:
  - {id: find, tool: flights.search, with: {to: '{{ facts.airport }}'}}
""",
    check=_check,
)
