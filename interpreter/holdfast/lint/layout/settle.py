"""A text in, the same text in settled style out; or none, if it would not come to the same."""

from __future__ import annotations

from collections import Counter

from holdfast.errors import PlanError
from holdfast.lint.layout.comments import attach
from holdfast.lint.layout.order import order_of
from holdfast.lint.layout.printer import Printer
from holdfast.lint.layout.tree import Comment, sheet_of
from holdfast.plan.source import Document, read


class Unsettled(Exception):
    """A text whose style cannot be settled without a change of what it says. It is left alone."""


def settled(document: Document, kind: str) -> str:
    """The text of a document in settled style. Its line ends are those of its first line.

    Args:
        document: as it was read.
        kind: what it is: `plan` or `policy`.

    Raises:
        Unsettled: what comes out would not say the same.
    """
    source = document.source
    sheet = sheet_of(source)
    comments = [comment.text for comment in sheet.comments]
    below = attach(sheet)
    head, tail = [[part] if part else [] for part in (sheet.head, sheet.tail)]
    body = Printer(order_of(kind)).document(sheet.root, below)
    text = "\n".join([*head, *body, *tail]).rstrip("\n") + "\n"
    if not _same(document, text, comments):
        raise Unsettled
    at = source.find("\n")
    return text.replace("\n", "\r\n") if at > 0 and source[at - 1] == "\r" else text


def _same(document: Document, text: str, comments: list[str]) -> bool:
    """Whether a text holds the same data and the same comments."""
    try:
        after = read(text, document.file)
    except PlanError:
        return False
    return after.data == document.data and Counter(comments) == Counter(_texts(sheet_of(text).comments))


def _texts(comments: list[Comment]) -> list[str]:
    return [comment.text for comment in comments]
