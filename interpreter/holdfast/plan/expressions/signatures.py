"""Whether a filter, test or function takes the arguments that are written, before anything is evaluated."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import TYPE_CHECKING

from holdfast.diagnostics import did_you_mean
from holdfast.plan.expressions.errors import ExpressionSyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable

_GIVEN = 2
"""Scope and value, which are no arguments to the author."""


def check_arguments(
    what: str, function: Callable[..., object], positional: int, keywords: tuple[str, ...], offset: int
) -> None:
    """Raise ExpressionSyntaxError unless `function` takes so many arguments and these keywords."""
    problem = _problem(function, positional, keywords)
    if problem:
        raise ExpressionSyntaxError(f"{what}: {problem}", offset)


@lru_cache(maxsize=1024)
def _problem(function: Callable[..., object], positional: int, keywords: tuple[str, ...]) -> str:
    names = _parameters(function)
    if len(set(keywords)) < len(keywords):
        return "the same keyword twice"
    for keyword in keywords:
        if keyword not in names:
            allowed = did_you_mean(keyword, names) or (f" (there are: {', '.join(names)})" if names else "")
            return f"no argument `{keyword}`{allowed}"
    try:
        inspect.signature(function).bind(*[None] * (_GIVEN + positional), **dict.fromkeys(keywords))
    except TypeError as error:
        return str(error)
    return ""


def _parameters(function: Callable[..., object]) -> list[str]:
    parameters = list(inspect.signature(function).parameters.values())[_GIVEN:]
    return [parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_POSITIONAL]
