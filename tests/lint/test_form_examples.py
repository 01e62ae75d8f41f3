"""The mistakes in the form: each one's own examples, both ways, and that every code has its page."""

from __future__ import annotations

import pytest

from holdfast.lint.catalogue import FORM_CODES, OF_FORM, UNKNOWN, UNREASONED, UNUSED, codes
from holdfast.lint.forms import every_form
from holdfast.lint.pages import everything
from holdfast.plan.findings import FINDINGS

BY_CODE = {form.code: form for form in every_form() if form.about == "plan"}
OF_POLICIES = {"HF060", "HF061", "HF062", "HF063"}
"""Tried by `tests/people/test_policy_examples.py`."""


@pytest.mark.parametrize("code", BY_CODE)
def test_the_bad_example_has_this_mistake_and_the_good_one_none(code: str) -> None:
    """It fires with its slug and a place, and stays silent."""
    form = BY_CODE[code]
    found = form.found()
    assert (code, form.slug, form.severity) in {(one.code, one.slug, one.severity) for one in found}
    assert all(one.span is not None and one.span.line >= 1 for one in found)
    assert [] == [one.code for one in form.found_in_good() if one.code == code or one.severity == "error"]


def test_every_code_has_a_page() -> None:
    """Each is explained under the slug that findings show; those of policies have their own place."""
    assert set(BY_CODE) == FORM_CODES - OF_POLICIES | {UNKNOWN, UNUSED, UNREASONED, OF_FORM}
    assert codes() == {one.code for one in everything()}
    slugs = {code: slug for slug, code in FINDINGS.items()}
    assert {form.code: form.slug for form in every_form() if form.code in slugs} == slugs
    assert len(everything()) == len({one.slug for one in everything()})


def test_a_mistake_in_the_form_cannot_be_silenced() -> None:
    """The word for it comes beside the mistake, and also when the mistake is gone."""
    assert ["HF017", "HF053"] == [one.code for one in BY_CODE["HF053"].found()]
