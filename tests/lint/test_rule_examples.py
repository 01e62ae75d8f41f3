"""Every rule's own examples: the bad one is found, the good one is not, and both are plans that otherwise stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.lint.catalogue import codes
from holdfast.lint.example_tools import example_plans, example_tools
from holdfast.lint.linter import lint
from holdfast.lint.pages import example
from holdfast.lint.rule import Rule
from holdfast.lint.rules import every_rule, rules_of
from holdfast.plan.load import load_source

RULES = every_rule()
BY_CODE = {rule.code: rule for rule in RULES}


def found(text: str) -> list[str]:
    """The codes that the strictest profile finds in an example."""
    plan = load_source(example(text), "example.yaml")
    return [one.code for one in lint(plan, example_tools(), rules=RULES, children=example_plans())]


@pytest.mark.parametrize("code", BY_CODE)
def test_the_bad_example_is_found(code: str) -> None:
    """It fires."""
    assert code in found(BY_CODE[code].bad)


@pytest.mark.parametrize("code", BY_CODE)
def test_the_good_example_is_clean_of_it(code: str) -> None:
    """It stays silent."""
    assert code not in found(BY_CODE[code].good)


@pytest.mark.parametrize("code", BY_CODE)
def test_the_good_example_has_no_errors(code: str) -> None:
    """What is shown as right does not break another rule's neck."""
    errors = {rule.code for rule in RULES if rule.severity == "error"}
    assert set() == errors & set(found(BY_CODE[code].good))


def test_codes_and_slugs_are_unique_and_in_order() -> None:
    """A code means one thing for ever, and the list is read from top to bottom."""
    assert sorted(BY_CODE) == [rule.code for rule in RULES]
    assert len(RULES) == len({rule.slug for rule in RULES})
    assert {rule.code for rule in RULES} < codes()


def test_each_rule_has_a_file_of_its_own() -> None:
    """One rule, one file."""
    folder = Path(__file__).parents[2] / "interpreter" / "holdfast" / "lint" / "rules"
    files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert sorted(BY_CODE) == sorted(path.read_text(encoding="utf-8")[3:8] for path in files)


def test_profiles_include_one_another() -> None:
    """What keeps a plan from running is asked of every plan."""
    basic, default, production = (set(map(_code, rules_of(one))) for one in ("basic", "default", "production"))  # type: ignore[arg-type]
    assert basic < default < production == set(BY_CODE)


def _code(rule: Rule) -> str:
    return rule.code


@pytest.mark.parametrize(
    "step",
    [
        "{id: a, ask: {question: q, schema: {}, timeout: 1h, on_timeout: {escalate: {to: b%s}}}}",
        "{id: a, wait: 1s, human: [{reason: r, timeout: 1h, on_timeout: {escalate: {to: b%s}}}]}",
    ],
)
def test_a_stage_that_waits_for_ever_is_found(step: str) -> None:
    """Of a question as of a review: the time of the first stage bounds nothing behind it."""
    assert [True, False] == ["HF231" in found(f"steps: [{step % more}]") for more in ("", ", timeout: 1h")]
