"""Errors out of structured concurrency."""

from __future__ import annotations

from holdfast.errors import HoldfastError


def single(error: BaseException) -> BaseException:
    """The one error inside the groups that task groups wrap around it; of several, one that is for people."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, BaseExceptionGroup):
        known = [inner for inner in map(single, error.exceptions) if isinstance(inner, HoldfastError)]
        return known[0] if known else error
    return error
