"""Dotted paths, the commonest expressions: `steps.search.output.id`. They need no parser and the fewest steps.

`PATH` is the fast way in; the parser comes to the same closure for the same text (a test compares them).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from holdfast.diagnostics import did_you_mean
from holdfast.plan.expressions import limits
from holdfast.plan.expressions.errors import Fault, quoted
from holdfast.plan.expressions.values import MISSING, fetch, kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from holdfast.plan.expressions.scope import Scope

NULL: Final = "null"
"""YAML's word for `none`, which Jinja2 does not know."""

KEYWORDS: Final = frozenset({"and", "or", "not", "in", "is", "if", "else"})
_CONSTANTS: Final = frozenset({"true", "false", "none", "True", "False", "None", NULL})

PATH: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*")
_LISTED: Final = 8


def parts_of(source: str) -> list[str] | None:
    """The parts of a source that is a plain path and nothing else; None for anything more."""
    if not PATH.fullmatch(source):
        return None
    parts = source.split(".")
    if parts[0] in KEYWORDS or parts[0] in _CONSTANTS or len(parts) > limits.DEPTH:
        return None
    return parts


def follow(name: str, parts: Sequence[str | int], offset: int, *, lenient: bool = False) -> Callable[[Scope], object]:
    """A closure that reads a name and follows constant parts from it.

    Args:
        name: the first part.
        parts: names and indices.
        offset: where it stands in the source, for messages.
        lenient: gives MISSING instead of failing.
    """
    rest = tuple(parts)

    def run(scope: Scope) -> object:
        try:
            value = scope.names[name]
        except KeyError:
            return MISSING if lenient else _no_name(scope, name, offset)
        for part in rest:
            found = value.get(part, MISSING) if type(value) is dict and type(part) is str else fetch(value, part)
            if found is MISSING:
                return MISSING if lenient else _no_part(scope, name, rest, offset)
            value = found
        return value

    return run


def _no_name(scope: Scope, name: str, offset: int) -> object:
    advice = did_you_mean(name, scope.names) or _there_is(list(scope.names))
    fault = Fault("undefined", quoted(f"there is no `{name}` here{advice}"))
    fault.offset = offset
    raise fault


def _no_part(scope: Scope, name: str, parts: tuple[str | int, ...], offset: int) -> object:
    value: object = scope.names[name]
    label = name
    for part in parts:
        found = fetch(value, part)
        if found is MISSING:
            fault = missing_part(f"`{label}`", value, part)
            fault.offset = offset
            raise fault
        value = found
        label += f".{part}" if isinstance(part, str) else f"[{part}]"
    return value


def missing_part(label: str, value: object, part: str | int) -> Fault:
    """Why a value has no such part: what it is, and what there is instead.

    Args:
        label: how to call the value: "`steps.book.output`".
        value: what was seen.
        part: the name or index that is not there.
    """
    what = kind(value)
    if what == "map" and isinstance(value, Mapping):
        if (reason := getattr(value, "missing", None)) is not None:
            return Fault("undefined", quoted(f"`{part}` {reason}"))
        known = [key for key in value if isinstance(key, str)]
        advice = (did_you_mean(part, known) if isinstance(part, str) else "") or _there_is(known)
        return Fault("undefined", quoted(f"{label} has no `{part}`{advice}"))
    if what == "list" and isinstance(part, int):
        return Fault("undefined", quoted(label) + f" is {{}}, it has no [{part}]", value)
    advice = _filter_advice(part) if what in {"list", "string"} else ""
    return Fault("undefined", quoted(label) + " is {}, it has no " + quoted(f"`{part}`{advice}"), value)


def _there_is(known: list[str]) -> str:
    if not known:
        return " (it is empty)"
    more = ", ..." if len(known) > _LISTED else ""
    return f" (there is: {', '.join(known[:_LISTED])}{more})"


def _filter_advice(part: str | int) -> str:
    from holdfast.plan.expressions.filters import FILTERS

    return f": write `| {part}`" if part in FILTERS else ""
