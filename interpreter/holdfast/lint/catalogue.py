"""All codes there are: those of the document's form, those of rules, those of suppressions."""

from __future__ import annotations

from functools import cache

from holdfast.lint.rules import every_rule
from holdfast.plan.findings import FINDINGS

UNKNOWN, UNUSED, UNREASONED, OF_FORM = "HF050", "HF051", "HF052", "HF053"
"""What can be wrong with a suppression."""

POLICIES = frozenset(f"HF{number}" for number in range(460, 469))
"""What is allowed in a policy, or in a plan under one, and a bad idea all the same."""

FORM_CODES = frozenset(FINDINGS.values())
"""What keeps a document from being read as a plan."""


@cache
def codes() -> frozenset[str]:
    """Every code that a finding can have."""
    return frozenset(
        {*FORM_CODES, *(rule.code for rule in every_rule()), UNKNOWN, UNUSED, UNREASONED, OF_FORM, *POLICIES}
    )


@cache
def code_of(slug: str) -> str:
    """The code of the rule that people call so; empty where none is."""
    return next((rule.code for rule in every_rule() if rule.slug == slug), "")
