"""docs/expressions.md: every example in it gives what it says, and every word of the language is in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from holdfast.plan.expressions import ExpressionError, limits, parse_expression
from holdfast.plan.expressions.filters import FILTERS
from holdfast.plan.expressions.functions import FUNCTIONS
from holdfast.plan.expressions.tests import TESTS
from holdfast.plan.template import compile_template

PAGE = (Path(__file__).parents[3] / "docs" / "expressions.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def examples(language: str) -> list[tuple[str, str]]:
    pairs = [line.split(" → ") for block in blocks(language) for line in block.splitlines()]
    return [(source.rstrip(), result.strip()) for source, result in pairs]


NAMES = json.loads(blocks("json")[0])


@pytest.mark.parametrize(("source", "expected"), examples("expressions"))
def test_an_expression_of_the_reference(source, expected):
    """An expression in the reference gives the value beside it."""
    assert expected == json.dumps(parse_expression(source).evaluate(NAMES), ensure_ascii=False)


@pytest.mark.parametrize(("source", "expected"), examples("templates"))
def test_a_template_of_the_reference(source, expected):
    """A template in the reference gives the value beside it."""
    assert expected == json.dumps(compile_template(source).render(NAMES), ensure_ascii=False)


@pytest.mark.parametrize(("source", "expected"), examples("errors"))
def test_an_error_of_the_reference(source, expected):
    """An error in the reference has the sentence beside it."""
    with pytest.raises(ExpressionError) as caught:
        parse_expression(source).evaluate(NAMES)

    assert expected == caught.value.message


@pytest.mark.parametrize(("kind", "words"), [("filters", FILTERS), ("tests", TESTS), ("functions", FUNCTIONS)])
def test_every_word_is_listed(kind, words):
    """The reference lists exactly the words that the language has."""
    section = PAGE.split(f"<!-- words: {kind} -->")[1].split("\n\n")[0]
    if kind == "tests":
        listed = set(re.findall(r"`([^`]+)`", section))
    else:
        first_cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
        listed = {name for cell in first_cells for name in re.findall(r"`(\w+)", cell)}

    assert set(words) == listed


def test_the_limits_are_as_written():
    """The numbers in the reference are those in the code."""
    for number in (
        limits.SOURCE,
        limits.BRACKETS,
        limits.DEPTH,
        limits.OUTPUT,
        limits.ITEMS,
        limits.WORK,
        limits.RANGE,
    ):
        assert f"{number:,}" in PAGE
