"""Policies from files and texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.errors import PlanError, PolicyError
from holdfast.plan.size import MAX_BYTES

if TYPE_CHECKING:
    from holdfast.diagnostics import Diagnostic
    from holdfast.people.policy.book import Book
    from holdfast.plan.shelf import Shelf
    from holdfast.plan.source import Document

_OURS: Final = ("rules", "queues", "groups")
_PLANS: Final = ("holdfast", "plan", "steps")


def load_book(path: str | Path, shelf: Shelf | None = None) -> Book:
    """The policy in a file.

    Args:
        path: of the file.
        shelf: where it may be kept, read by another process.

    Raises PolicyError: it cannot be read, or is no policy; with every finding.
    """
    try:
        with Path(path).open("rb") as file:
            source = file.read(MAX_BYTES + 4)
    except (OSError, ValueError) as error:  # ValueError: the name has a zero byte
        raise PolicyError([_unreadable(str(path), error)]) from None
    return read_book(source, str(path)) if shelf is None else _kept(source, str(path), shelf)


def _kept(raw: bytes, file: str, shelf: Shelf) -> Book:
    from holdfast.people.policy.kept import book_from, keep_book

    try:
        source = raw.decode()
    except UnicodeDecodeError:
        return read_book(raw, file)
    book = book_from(shelf, source, file)
    if book is None:
        book = read_book(raw, file)
        if shelf.ready:
            keep_book(shelf, source, book)
    return book


def read_book(source: str | bytes, file: str = "<policy>") -> Book:
    """The policy in a text. Raises PolicyError with every finding.

    Args:
        source: the text.
        file: the name that findings show.
    """
    from holdfast.plan.source import read

    try:
        return book_of(read(source, file))
    except PlanError as error:
        raise PolicyError(error.diagnostics) from None


def book_of(document: Document) -> Book:
    """The policy in a document that was read. Raises PolicyError with every finding."""
    from holdfast.people.policy.compile import compile_book
    from holdfast.people.policy.model import PolicyModel
    from holdfast.plan.findings import MOST, in_order
    from holdfast.plan.model.check import conforming
    from holdfast.plan.model.explain import Form

    form = Form(model=PolicyModel, noun="a policy", items={"rules": "a rule", "notify": "an item of `notify`"})
    findings: list[Diagnostic] = []
    try:
        book = compile_book(document, conforming(document, PolicyModel, form), findings)
    except PlanError as error:
        raise PolicyError(error.diagnostics) from None
    if findings:
        raise PolicyError(in_order(findings)[:MOST])
    return book


def is_policy(document: Document) -> bool:
    """Whether a document means to be a policy rather than a plan."""
    data = document.data
    return isinstance(data, dict) and not any(key in data for key in _PLANS) and any(key in data for key in _OURS)


def _unreadable(path: str, error: OSError | ValueError) -> Diagnostic:
    from holdfast.diagnostics import Span
    from holdfast.plan.findings import finding

    why = "there is no policy" if isinstance(error, FileNotFoundError) else "the policy cannot be read"
    detail = "" if isinstance(error, FileNotFoundError) else f" ({getattr(error, 'strerror', error)})"
    return finding("unreadable", f"{why} `{path}`{detail}", Span(path, 1, 1, 1, 1), "`[people] policy` names the file")
