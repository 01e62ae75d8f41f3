"""What gives a value once names are known: as the compiled plan sees it, whoever parses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

Names = Mapping[str, object]
"""What an expression may read, by name. Values are plain JSON data or read-only mappings."""


class Expression(Protocol):
    """A bare expression, as in `when`."""

    @property
    def source(self) -> str:
        """The text the author wrote."""
        ...

    @property
    def reads(self) -> frozenset[str]:
        """The names it may read, two parts deep: `steps.book`, `facts.origin`, `spent.failures`, `error`."""
        ...

    def evaluate(self, names: Names) -> object:
        """Its value as plain data. Raises ExpressionError."""
        ...


class Template(Protocol):
    """A tree of data whose strings may hold `{{ }}`."""

    @property
    def reads(self) -> frozenset[str]:
        """The names any of its expressions may read."""
        ...

    def render(self, names: Names) -> object:
        """The tree with every expression replaced by its value; always new plain data. Raises ExpressionError."""
        ...


class Entries(Template, Protocol):
    """A template that is a map, as in `with`."""

    def render_each(self, names: Names, done: Callable[[str], None]) -> dict[str, object]:
        """The same, entry by entry: `done` is told each name when its value stands. Raises ExpressionError."""
        ...
