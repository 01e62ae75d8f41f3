"""The mistakes that keep a document from being a plan, each with an example: for pages and explanations."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from holdfast.lint.forms.form import Form

_MODULES: Final = ("reading", "document", "references", "suppressions", "policies")


@cache
def every_form() -> tuple[Form, ...]:
    """All of them, by code."""
    found: list[Form] = [form for name in _MODULES for form in import_module(f"{__name__}.{name}").FORMS]
    return tuple(sorted(found, key=lambda form: form.code))
