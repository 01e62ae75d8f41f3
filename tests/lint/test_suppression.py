"""`# holdfast: ignore[CODE] reason`: what it silences, and what is wrong with it."""

from __future__ import annotations

import pytest

from holdfast.lint.example_tools import example_tools
from holdfast.lint.linter import lint
from holdfast.lint.pages import example
from holdfast.lint.rules import rules_of
from holdfast.plan.load import load_source

CALL = "{id: ask, ask: {question: Well?, options: [a]}}"


def found(steps: str) -> list[tuple[str, int]]:
    """Codes and lines of what the default profile finds; steps begin on line 4."""
    plan = load_source(example(f"steps:\n{steps}"), "p.yaml")
    return [(one.code, one.span.line) for one in lint(plan, example_tools(), rules=rules_of("default")) if one.span]


def test_without_it_there_is_something_to_silence() -> None:
    """The ground truth of this page."""
    assert [("HF402", 4), ("HF209", 4)] == found(f"  - {CALL}\n")


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        (f"  - {CALL}  # holdfast: ignore[HF209, HF402] for now\n", []),
        (f"  - {CALL}  # see below   # holdfast: ignore[HF209,HF402] for now\n", []),
        (f"  # holdfast: ignore[HF209,HF402] for now\n\n  # another\n  - {CALL}\n", []),
        (f"  - {CALL}  # holdfast: ignore[HF209] for now\n", [("HF402", 4)]),
        (f"  - {CALL}  # holdfast: ignore[HF209,HF402]\n", [("HF402", 4), ("HF209", 4), ("HF052", 4)]),
        (f"  - {CALL}  # holdfast: ignore[HF209,HF402,HF201] why\n", []),
        (f"  - {CALL}  # holdfast: ignore[HF209,HF402,HF210] why\n", [("HF051", 4)]),
        (f"  - {CALL}  # holdfast: ignore[HF209,HF402,HF2O9] why\n", [("HF050", 4)]),
        (f"  # holdfast: ignore[HF209] too early\n  - {{id: a, wait: 1s}}\n  - {CALL}\n",
         [("HF051", 4), ("HF402", 6), ("HF209", 6)]),
        (f"  - {CALL}\n  # holdfast: ignore[HF209] nothing follows\n", [("HF402", 4), ("HF209", 4), ("HF051", 5)]),
    ],
)  # fmt: skip
def test_what_is_silenced(steps: str, left: list[tuple[str, int]]) -> None:
    """A comment stands for its line, or for the next one with something on it; it needs rules, a reason and a use."""
    assert left == found(steps)


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("holdfast: ignore all of it", True),
        ("holdfast: ignore [HF209] a blank before the bracket", True),
        ("holdfast: ignore[] no rule", True),
        ("Holdfast: ignore[HF209] a capital letter", True),
        ("holdfast: disable[HF209] as elsewhere", True),
        ("noqa: HF209", True),
        ("holdfast: 1", False),
        ("ignore what comes back", False),
        ("see HF209", False),
    ],
)
def test_what_only_looks_like_a_suppression_is_told(comment: str, said: bool) -> None:
    """Its author believes that it silences something."""
    there = [("HF402", 4), ("HF209", 4)]
    assert [*there, *[("HF050", 4)] * said] == found(f"  - {CALL}  # {comment}\n")
    assert there == found(f"  - {CALL.replace('Well?', chr(39) + 'W # ' + comment + chr(39))}\n")


def test_a_text_of_the_plan_is_no_comment() -> None:
    """What stands inside of a scalar is data, however it looks."""
    text = "question: |\n        Well?\n        # holdfast: ignore[HF209] no\n"
    steps = f"  - id: ask\n    ask:\n      {text}      options: [a]\n"
    assert [("HF402", 4), ("HF209", 5)] == found(steps)
    assert [("HF402", 4), ("HF209", 4)] == found(
        "  - {id: ask, ask: {question: 'a # holdfast: ignore[HF209] b', options: [a]}}\n"
    )


def test_a_rule_that_is_not_asked_for_is_not_missed() -> None:
    """A suppression for another profile's rule is not called unused."""
    assert [] == found("  - {id: look, tool: web.fetch, with: {url: x}}  # holdfast: ignore[HF201] quick enough\n")
