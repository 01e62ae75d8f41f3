"""Plans under a policy: whether there is anybody behind the queues that they ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from holdfast.diagnostics import Diagnostic, did_you_mean
from holdfast.people.policy.book import REQUESTER

if TYPE_CHECKING:
    from holdfast.people.policy.book import Book
    from holdfast.plan.source import Document, Path


def unknown_queues(document: Document, book: Book) -> list[Diagnostic]:
    """Warnings about queues that a policy with `queues` does not have; nothing if it names none.

    Args:
        document: of a plan.
        book: the policy of the installation.
    """
    if not book.queues:
        return []
    found: list[Diagnostic] = []
    for path in _asked(document.data, ()):
        name = document.get(path)
        if isinstance(name, str) and name not in book.queues and name != REQUESTER:
            message = f"the policy has no queue `{name}`{did_you_mean(name, book.queues)}"
            advice = f"anybody may decide what it is asked, and nobody is told; {book.file} has "
            advice += ", ".join(sorted(book.queues))
            span = document.span(path)
            found.append(Diagnostic(code="HF465", severity="warning", message=message, span=span, help=advice))
    return found


_ASKING = frozenset({"ask", "human", "escalate", "handoff"})


def _asked(data: object, path: Path, *, asking: bool = False) -> Iterator[Path]:
    """The paths of all `to` in what asks people."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "to" and asking:
                yield (*path, key)
            elif key != "with":
                yield from _asked(value, (*path, key), asking=key in _ASKING)
    elif isinstance(data, list):
        for number, item in enumerate(data):
            yield from _asked(item, (*path, number), asking=asking)
