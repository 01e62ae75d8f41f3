"""All codes there are: those of the document's form, those of rules, those of suppressions."""

from __future__ import annotations

from functools import cache

from holdfast.lint.rules import every_rule
from holdfast.plan.findings import FINDINGS

UNKNOWN, UNUSED, UNREASONED = "HF050", "HF051", "HF052"
"""What can be wrong with a suppression."""


@cache
def codes() -> frozenset[str]:
    """Every code that a finding can have."""
    return frozenset({*FINDINGS.values(), *(rule.code for rule in every_rule()), UNKNOWN, UNUSED, UNREASONED})
