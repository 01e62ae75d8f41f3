"""Keys that stand twice with the same value: the second one can go, whichever of the two was meant to count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from holdfast.plan.source.editing import cut, removal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.diagnostics import Diagnostic
    from holdfast.plan.place import Path
    from holdfast.plan.source.document import Document

MARK = "\0"
"""In the name under which a second value is kept beside the first: no key of a plan can hold it."""


def with_cures(
    findings: Sequence[Diagnostic], doubles: Sequence[tuple[int, Path]], document: Document
) -> list[Diagnostic]:
    """The findings, those of second keys with their fix where that is certain.

    Args:
        findings: of a whole document.
        doubles: which of them are about a second key, and its path.
        document: the data with the second values beside the first.
    """
    found = list(findings)
    for number, path in doubles:
        name = str(path[-1]).partition(MARK)[0]
        if _same(document.get((*path[:-1], name)), document.get(path)):
            cure = removal("remove the second, which says the same", cut(document, path))
            found[number] = replace(found[number], help="keep one: both say the same", fix=cure)
    return found


def _same(one: object, other: object) -> bool:
    """Equal, and of the same kinds all the way down: `1` is not `true`, nor `1.0`."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other
