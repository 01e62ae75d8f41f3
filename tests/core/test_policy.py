"""The policy of the installation, as plain data and as runs obey it (5-humans, rules 4, 9 and 10)."""

from __future__ import annotations

from holdfast.core.policy import Policy, PolicyRule, QueueLimit, policy
from holdfast.plan.program import Escalation


def test_the_hash_of_a_policy_is_of_what_it_decides() -> None:
    """The same rules and limits have the same hash, every difference another one."""
    rule = PolicyRule(name="dear", to="finance", when="amount > 500", timeout=60.0)
    chief = Escalation(to="cfo", timeout=60.0)
    changed = [
        policy([]),
        policy([rule]),
        policy([rule], [QueueLimit(queue="finance", reviews=60, per=86400.0)]),
        policy([PolicyRule(name="dear", to="finance", when="amount > 600", timeout=60.0)]),
        policy([PolicyRule(name="dear", to="finance", on_timeout="escalate", escalate=chief)]),
    ]
    assert policy([rule]) == Policy(hash=policy([rule]).hash, rules=(rule,))
    assert len({one.hash for one in changed}) == len(changed)


def test_the_condition_of_a_rule_is_an_expression_or_always() -> None:
    """Parsed from its source; empty holds always."""
    condition = PolicyRule(name="a", to="ops", when="amount > 5").condition
    assert condition is not None
    assert (True, None) == (condition.evaluate({"amount": 6}), PolicyRule(name="b", to="ops").condition)


def test_the_mark_of_a_rule_changes_with_what_it_says() -> None:
    """An approval is kept under it."""
    mark = PolicyRule(name="a", to="ops").mark
    assert mark.startswith("a@")
    assert (mark, True) == (PolicyRule(name="a", to="ops").mark, mark != PolicyRule(name="a", to="law").mark)
