"""Where a call's arguments are secrets: a place in the tree and a name, never a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.plan.compile.site import Site
    from holdfast.plan.program import Secrets
    from holdfast.plan.source import Path
    from holdfast.plan.template import Template

_INPUT: Final = re.compile(r"\s*\{\{\s*inputs\.([A-Za-z][A-Za-z0-9_]*)\s*\}\}\s*")
_WHOLE: Final = re.compile(r"\s*\{\{\s*secrets\.([A-Za-z][A-Za-z0-9_]*)\s*\}\}\s*")


def secrets_in(site: Site, value: object, compiled: Template, path: Path) -> Secrets:
    """The places of `{{ secrets.NAME }}` in a tree of arguments; one inside a longer text is a finding.

    A secret stands alone, so that what is put in its place is known from the plan and never from data: a text that
    came from outside cannot ask for one.
    """
    found: dict[Path, str] = {}
    for inner, name, _ in compiled.references:
        if name.partition(".")[0] != "secrets":
            continue
        whole = _WHOLE.fullmatch(str(_at(value, inner)))
        if whole is None:
            message = "a secret stands alone: `{{ secrets.NAME }}` and nothing else"
            site.note("secret-mixed", message, (*path, *inner), "let the tool put it together with the rest")
        else:
            found[inner] = whole[1]
    return tuple(found.items())


def handed_on(given: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Inputs of a child that are an input of this plan and nothing else: the only way for a reference to a secret."""
    wholes = ((name, _INPUT.fullmatch(value)) for name, value in given.items() if isinstance(value, str))
    return tuple((name, whole[1]) for name, whole in wholes if whole is not None)


def _at(value: object, path: Path) -> object:
    for part in path:
        value = value[part]  # type: ignore[index]
    return value
