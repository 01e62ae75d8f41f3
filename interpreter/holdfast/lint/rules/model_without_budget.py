"""HF403: a model without a budget."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    budget = subject.plan.budget
    if budget.tokens is not None or budget.cost is not None:
        return
    for site in subject.sites:
        contract = subject.contract(site.call.tool) if site.call is not None else None
        if contract is not None and ("model" in contract.tags or contract.name.startswith("llm.")):
            message = f"`{contract.name}` costs tokens, and the plan states no `budget` of `tokens` or `cost`"
            yield message, subject.place((*site.path, "tool")), "add `budget: {tokens: ..., cost: ...}` to the plan"
            return


RULE = Rule(
    code="HF403",
    slug="model-without-budget",
    severity="warning",
    title="a model without a budget",
    why="""
A model is paid by the token. A plan that calls one and states no budget can spend as much as its retries and loops
allow.
""",
    bad="""
steps:
  - {id: think, tool: model.ask, with: {prompt: hello}}
""",
    good="""
budget: {tokens: 20000, cost: 0.50}
steps:
  - {id: think, tool: model.ask, with: {prompt: hello}}
""",
    check=_check,
)
