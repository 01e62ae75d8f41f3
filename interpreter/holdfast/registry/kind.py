"""The type of one argument or output: a plain shape, or whatever pydantic understands."""

from __future__ import annotations

from typing import Any, Literal

from holdfast.registry.adapters import adapter_of, fit_argument, fit_output, schema_of
from holdfast.registry.data import plain
from holdfast.registry.shapes import Schema, shape_of


class Kind:
    """How values of one annotation are checked and described.

    Raises:
        TypeError: neither a plain type nor one that pydantic understands.
    """

    __slots__ = ("_adapter", "_shape")

    def __init__(self, annotation: object) -> None:
        self._shape = shape_of(annotation)
        self._adapter: Any = None if self._shape else adapter_of(annotation)

    def argument(self, value: object) -> object:
        """The Python value for the function from plain data. Raises `Misfit` or `NotData`."""
        copied = plain(value)
        return self._shape.fit(copied) if self._shape else fit_argument(self._adapter, copied)

    def output(self, value: object) -> object:
        """Plain data from what the function returned. Raises `Misfit` or `NotData`."""
        if self._shape:
            return self._shape.fit(plain(value))
        return plain(fit_output(self._adapter, value))

    def schema(self, mode: Literal["validation", "serialization"]) -> Schema:
        """Its JSON Schema; definitions it refers to stand under its own `$defs`."""
        return dict(self._shape.schema) if self._shape else schema_of(self._adapter, mode)
