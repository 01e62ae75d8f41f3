"""A map of the document, read like the model of it."""

from __future__ import annotations

from collections.abc import Mapping
from keyword import iskeyword
from typing import Any


class Node:
    """The attributes that the model's instance would have, `model_fields_set` among them."""

    def __init__(self, defaults: Mapping[str, object], given: Mapping[str, object]) -> None:
        self.__dict__.update(defaults)
        self.__dict__.update(given)
        self.model_fields_set = given.keys()
        self.model_extra: object = None

    def __getattr__(self, name: str) -> Any:
        # Only for the type checkers: every attribute there is stands in `__dict__`.
        raise AttributeError(name)


def attribute(key: str) -> str:
    """What a key of the document is called in Python: `with` is a word of the language, `schema` one of pydantic's."""
    return f"{key}_" if iskeyword(key) or key == "schema" else key
