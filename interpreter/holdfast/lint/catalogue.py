"""All codes there are: those of the document's form, those of rules, those of suppressions."""

from __future__ import annotations

from functools import cache

from holdfast.lint.rules import RULES
from holdfast.lint.suppress import UNKNOWN, UNREASONED, UNUSED
from holdfast.plan.findings import FINDINGS


@cache
def codes() -> frozenset[str]:
    """Every code that a finding can have."""
    return frozenset({*FINDINGS.values(), *(rule.code for rule in RULES), UNKNOWN, UNUSED, UNREASONED})
