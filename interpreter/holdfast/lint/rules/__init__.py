"""One rule = one file = one code."""

from __future__ import annotations

from typing import Final

from holdfast.lint.rule import Rule
from holdfast.lint.rules import argument_missing, argument_type, argument_unknown, tool_unknown

RULES: Final[tuple[Rule, ...]] = (
    tool_unknown.RULE,
    argument_unknown.RULE,
    argument_missing.RULE,
    argument_type.RULE,
)
"""All rules, by code."""
