"""The data that expressions work on: null, booleans, numbers, strings, lists and maps.

A list is any Sequence, a map any Mapping: the interpreter passes read-only and lazy ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

KINDS: Final[Mapping[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "list",
    tuple: "list",
    dict: "map",
}

SCALARS: Final = frozenset({type(None), bool, int, float, str})


class Missing:
    """What is not there. Its only instance is MISSING; it never leaves an evaluation."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()


def kind(value: object) -> str:
    """`null`, `boolean`, `number`, `string`, `list` or `map`; `other` for what is not data."""
    return KINDS.get(type(value)) or _kind_of_subclass(value)


def _kind_of_subclass(value: object) -> str:
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, Mapping):
        return "map"
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return "list"
    return "other"


def describe(value: object, *, private: bool = False) -> str:
    """A value for an error message, in a few words. `private`: its kind only."""
    name = kind(value)
    if name in {"list", "map"}:
        return _counted(name, value)
    if name == "null":
        return "null"
    if name == "other":
        return f"something that is not data ({type(value).__name__})"
    if private:
        return f"a {name}"
    return f"the {name} {_literal(name, value)}"


def _counted(name: str, value: object) -> str:
    size = len(value) if isinstance(value, (Sequence, Mapping)) else 0
    return f"a {name} of {size} {'item' if size == 1 else 'items'}"


def _literal(name: str, value: object) -> str:
    if name == "string":
        text = str(value)
        return repr(text if len(text) <= 40 else f"{text[:40]}...")  # noqa: PLR2004
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 128:  # noqa: PLR2004 - printing it could take seconds
        return f"of {value.bit_length()} bits"
    return repr(value)


def fetch(value: object, part: str | int) -> object:
    """What a map has under a name or a list at an index; MISSING when it is not there.

    A map's KeyError means that it is not there; whatever else a lazy map raises passes through.
    """
    if type(value) is dict:
        return value.get(part, MISSING) if type(part) is str else MISSING
    if isinstance(value, Mapping):
        if type(part) is not str:
            return MISSING
        try:
            found: object = value[part]
        except KeyError:
            return MISSING
        return found
    return _at_index(value, part)


def _at_index(value: object, part: str | int) -> object:
    indexed = isinstance(value, Sequence) and type(part) is int and not isinstance(value, (bytes, bytearray))
    if not indexed or not isinstance(value, Sequence) or not -len(value) <= int(part) < len(value):
        return MISSING
    found: object = value[int(part)]
    return found
