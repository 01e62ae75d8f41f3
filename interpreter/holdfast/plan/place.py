"""Where the expressions and templates of a plan stand in its text, found out when a message needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from holdfast.diagnostics import Span

Path = tuple[str | int, ...]
"""The keys and indices that lead from the top of a document to a node."""


class Origin(Protocol):
    """A document, read or not."""

    def within(self, path: Path, offset: int) -> Span:
        """Where the character `offset` of the text at `path` stands."""
        ...


class Place:
    """The place of a bare expression.

    Args:
        origin: the document.
        path: of the expression in it.
    """

    __slots__ = ("origin", "path")

    def __init__(self, origin: Origin, path: Path) -> None:
        self.origin, self.path = origin, path

    def __call__(self, offset: int) -> Span:
        """Where the character `offset` of the expression stands."""
        return self.origin.within(self.path, offset)


class TreePlace:
    """The place of a template.

    Args:
        origin: the document.
        path: of the template in it.
    """

    __slots__ = ("origin", "path")

    def __init__(self, origin: Origin, path: Path) -> None:
        self.origin, self.path = origin, path

    def __call__(self, inner: Path, offset: int) -> Span:
        """Where the character `offset` of the text at `inner` of the template stands."""
        return self.origin.within(self.path + inner, offset)
