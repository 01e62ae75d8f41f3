"""Expressions: a closed subset of Jinja2's syntax over plain data, bounded in time and size (2-plan-language 11).

`tokens` and `syntax` read a text (Jinja2 parses, an allow-list decides), `building` makes closures of it, `operators`,
`filters`, `tests` and `functions` are all it can do, `scope` and `limits` bound it, `expression` is what others use.
"""

from __future__ import annotations

from holdfast.plan.expressions.errors import ExpressionError, ExpressionSyntaxError
from holdfast.plan.expressions.expression import Expression, parse_expression

__all__ = ["Expression", "ExpressionError", "ExpressionSyntaxError", "parse_expression"]
