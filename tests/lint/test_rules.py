"""Each rule on a tiny plan: what it finds, where, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast.lint.linter import at_least, lint
from holdfast.plan.load import load_source
from holdfast.registry import Packs, Registry, load_registry, tool


@tool("mail.send", effect="write", idempotency="none")
def send(
    to: str, copies: int = 1, *, urgent: bool = False, size: float | None = None, tags: list[str] | None = None
) -> None:
    """Send a mail."""


@tool("any.thing", effect="read", input_schema={"type": "object", "properties": {"a": {}}})
def thing(a: object = None) -> None:
    """Takes what it gets."""


TOOLS = load_registry([send, thing])


def codes(steps: str, registry: Registry = TOOLS) -> list[tuple[str, int, int]]:
    """Code, line and column of what is found in a plan with these steps (they begin on line 4)."""
    plan = load_source(f"holdfast: 1\nplan: p\nsteps:\n{steps}", "p.yaml")
    return [(found.code, found.span.line, found.span.column) for found in lint(plan, registry) if found.span]


def messages(steps: str, registry: Registry = TOOLS) -> list[tuple[str, str]]:
    """Message and help of what is found."""
    return [
        (found.message, found.help)
        for found in lint(load_source(f"holdfast: 1\nplan: p\nsteps:\n{steps}", "p.yaml"), registry)
    ]


def test_a_clean_plan_has_no_findings() -> None:
    """Every optional argument may be there or not."""
    assert [] == codes("  - {id: a, tool: mail.send, with: {to: ana, copies: 2, urgent: true, size: 1, tags: [x]}}\n")


def test_an_unknown_tool_is_suggested() -> None:
    """HF040 at the tool's name."""
    assert [("HF040", 4, 19)] == codes("  - {id: a, tool: mail.sent, with: {to: ana}}\n")
    assert [True] == [
        message.endswith("did you mean `mail.send`?") for message, _ in messages("  - {id: a, tool: mail.sent}\n")
    ]


def test_without_any_tools_it_says_how_to_load_some() -> None:
    """The usual first mistake is a missing --tools."""
    found = messages("  - {id: a, tool: mail.send}\n", Registry(packs=Packs({})))
    assert [("there is no tool `mail.send`", True)] == [(message, "--tools" in advice) for message, advice in found]


def test_an_unknown_argument_is_suggested() -> None:
    """HF120 at the argument's name; a tool that takes anything is left alone."""
    assert [("HF120", 4, 44)] == codes("  - {id: a, tool: mail.send, with: {to: a, too: b}}\n")
    assert [] == codes("  - {id: a, tool: any.thing, with: {b: 1}}\n")


def test_a_missing_argument_is_named() -> None:
    """HF121 at the tool's name."""
    assert [("HF121", 4, 19)] == codes("  - {id: a, tool: mail.send}\n")
    assert [("`mail.send` needs the argument `to` (string)", "add `to:` under `with:`")] == messages(
        "  - {id: a, tool: mail.send}\n"
    )


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [
        ("to: 7", True), ("to: '7'", False), ("to: '{{ run.id }}'", False), ("copies: many", True),
        ("copies: 2.5", True),
        ("copies: 2.0", False), ("urgent: 1", True), ("size: 3", False), ("size: null", False), ("size: [1]", True),
        ("tags: x", True), ("tags: '{{ [1] }}'", False), ("copies: true", True),
    ],
)  # fmt: skip
def test_constants_of_the_wrong_type(argument: str, *, wrong: bool) -> None:
    """HF122 at the value; what a template gives is known only when it runs."""
    other = "" if argument.startswith("to") else "to: ana, "
    found = codes(f"  - {{id: a, tool: mail.send, with: {{{other}{argument}}}}}\n")
    assert ["HF122"] * wrong == [code for code, _, _ in found]


def test_text_that_was_not_quoted_gets_that_advice() -> None:
    """A number where text is wanted is mostly text without quotes."""
    assert [
        ("argument `to` of `mail.send` is integer, where string is wanted", "put it in quotes if text is meant")
    ] == messages("  - {id: a, tool: mail.send, with: {to: 7}}\n")


PLACES: dict[str, str] = {
    "do": "  - id: b\n    do:\n      - {id: a, tool: no.tool}\n",
    "each": "  - id: b\n    each: {in: '[1]', as: x}\n    do:\n      - {id: a, tool: no.tool}\n",
    "parallel": "  - id: b\n    parallel:\n      left:\n        - {id: a, tool: no.tool}\n",
    "switch": "  - id: b\n    switch:\n      - do:\n          - {id: a, tool: no.tool}\n",
    "fallback": "  - id: b\n    tool: mail.send\n    with: {to: x}\n    fallback:\n      - {id: a, tool: no.tool}\n",
    "compensate": "  - id: b\n    tool: mail.send\n    with: {to: x}\n    compensate: {tool: no.tool}\n",
    "cleanup": "  - {id: b, tool: mail.send, with: {to: x}}\ncleanup:\n  - {id: a, tool: no.tool}\n",
    "plan fallback": "  - {id: b, tool: mail.send, with: {to: x}}\nfallback:\n  - {id: a, tool: no.tool}\n",
}


@pytest.mark.parametrize("place", PLACES)
def test_calls_are_found_wherever_they_stand(place: str) -> None:
    """Blocks, branches, cases, alternatives, compensations and cleanup."""
    assert ["HF040"] == [code for code, _, _ in codes(PLACES[place])]


def test_data_that_looks_like_a_call_is_none() -> None:
    """What stands under `with` belongs to the tool."""
    assert [] == codes("  - {id: a, tool: any.thing, with: {a: {tool: no.tool, steps: [{tool: no.tool}]}}}\n")


def test_findings_come_in_the_order_of_the_text_and_by_gravity() -> None:
    """A reader goes from top to bottom; --fail-on counts what is as grave or graver."""
    steps = "  - {id: a, tool: mail.send, with: {too: b}}\n  - {id: b, tool: no.tool}\n"
    found: list[Any] = lint(load_source(f"holdfast: 1\nplan: p\nsteps:\n{steps}", "p.yaml"), TOOLS)
    assert ["HF121", "HF120", "HF040"] == [one.code for one in found]
    assert found == at_least(found, "warning") == at_least(found, "error")
