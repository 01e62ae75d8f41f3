"""Tabs that indent, made blanks where that can mean one thing only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from holdfast.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.diagnostics import Fix
    from holdfast.plan.source.document import Document
    from holdfast.plan.source.text import Text

_INDENT: Final = re.compile(r"(?<![^\r\n])[ \t]*\t[ \t]*")
WIDTHS: Final = range(1, 9)
"""Blanks that a tab may stand for."""

_LARGEST: Final = 65_536
"""Characters of a text up to which it is tried: each width is a reading of its own."""


def without_tabs(text: Text, read: Callable[[str, str], Document]) -> Fix | None:
    """Blanks in place of all tabs that indent. None: how wide they are decides what the text says, or it stays broken.

    Every width is tried, each tab reaching to the next stop. Where some of them can be read, and all of these say the
    same, that is what the author sees in any editor.

    Args:
        text: with tabs.
        read: gives the document in a text of a file. Raises PlanError where there is none.
    """
    from holdfast.diagnostics import Edit, Fix

    places = list(_INDENT.finditer(text.text)) if len(text.text) <= _LARGEST else []
    said = {width: data for width in WIDTHS if places and (data := _said(text, width, read)) is not None}
    if not said or any(data != next(iter(said.values())) for data in said.values()):
        return None
    width = 2 if 2 in said else next(iter(said))  # noqa: PLR2004 - as `format` indents
    edits = tuple(Edit(text.exact(*one.span()), one[0].expandtabs(width)) for one in places)
    if len(said) == 1 and _literal_lines(_widened(text, width)) & {edit.span.line for edit in edits}:
        return None  # the tab may belong to what the text says there
    return Fix(title=f"indent with blanks, {width} for a tab", edits=edits)


def _widened(text: Text, width: int) -> str:
    return _INDENT.sub(lambda one: one[0].expandtabs(width), text.text)


def _literal_lines(source: str) -> set[int]:
    """The lines, from 1, that hold what a `|` or `>` says."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {
        number
        for token in yaml.scan(source, Loader=loader)
        if isinstance(token, yaml.ScalarToken) and token.style in {"|", ">"}
        for number in range(token.start_mark.line + 2, token.end_mark.line + 1)
    }


def _said(text: Text, width: int, read: Callable[[str, str], Document]) -> str | None:
    """What the text says with tabs of a width; None: it cannot be read."""
    try:
        return repr(read(_widened(text, width), text.file).data)
    except PlanError:
        return None
