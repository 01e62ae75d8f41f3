"""What invented values become as arguments: of the form that tools take, or refused as at run time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import holdfast
from holdfast.plan.load import load_source
from holdfast.registry import load_registry
from holdfast.simulate.cast import Cast
from holdfast.simulate.examples import examples
from holdfast.simulate.explorer import Bounds, Explorer
from holdfast.simulate.world import World


@dataclass
class Item:
    """What is bought."""

    id: str


@holdfast.tool("t.find", effect="read")
async def find() -> dict[str, object]:
    """Say nothing of what it gives."""
    raise AssertionError


@holdfast.tool("t.code", effect="read")
async def code() -> str:
    """Give any text."""
    raise AssertionError


@holdfast.tool("t.buy", effect="write", idempotency="key")
async def buy(item: Item, price: int) -> str:
    """Take a number and an item."""
    raise AssertionError


@holdfast.tool(
    "t.fly", effect="write", idempotency="key",
    input_schema={"type": "object", "properties": {"to": {"type": "string", "pattern": "^[A-Z]{3}$"}}},
)  # fmt: skip
async def fly(to: str) -> str:
    """Take three letters."""
    raise AssertionError


@holdfast.tool("t.odd", effect="read", output_schema={"type": "string", "pattern": "(?=x)"})
async def odd() -> str:
    """Give what nobody can invent."""
    raise AssertionError


def cast(steps: str, tests: str = "") -> Cast:
    """What the worlds of a plan with these steps are made of."""
    plan = load_source(f"holdfast: 1\nplan: p\ndefaults: {{timeout: 5s}}\nsteps:\n{steps}{tests}", "p.yaml")
    return Cast(plan, load_registry([find, code, buy, fly, odd]))


def calm(made: Cast) -> World:
    """The world of an ordinary day."""
    world = World(made, lambda _: 0)
    world.play()
    return world


def test_a_value_has_the_form_of_the_argument_that_it_becomes() -> None:
    """Where the tool itself says only that it is data: the steps and loops that hand it on say more."""
    made = cast(
        "  - {id: find, tool: t.find}\n"
        "  - {id: code, tool: t.code}\n"
        "  - id: buy\n    tool: t.buy\n"
        '    with: {item: "{{ steps.find.output.one }}", price: "{{ steps.find.output.sum }}"}\n'
        '  - {id: fly, tool: t.fly, with: {to: "{{ steps.code.output }}"}}\n'
    )
    world = calm(made)
    assert ("succeeded", set()) == (world.mind.summary().status, world.refused)
    assert ["AAA", "BBB"] == made.values("t.code")


def test_arguments_that_do_not_fit_are_refused_as_at_run_time() -> None:
    """The call fails with `invalid`, did not happen, and the exploration says which step and why."""
    made = cast(
        '  - {id: code, tool: t.code}\n  - {id: buy, tool: t.buy, with: {item: 7, price: "{{ steps.code.output }}x"}}\n'
    )
    world = calm(made)
    assert [("buy", "tool `t.buy`: argument `item` does not fit: input should be an object")] == sorted(world.refused)
    assert "invalid" == world.mind.state.outcome.error.code  # type: ignore[union-attr]
    assert not world.counterpart.done
    seen = Explorer(made, Bounds(depth=1, seeds=0)).run()
    assert ("refused", "buy: tool `t.buy`: argument `item` does not fit: input should be an object", 0) in seen.reached
    assert {} == seen.found


def test_what_a_tool_cannot_give_is_not_invented() -> None:
    """A script's output that the tool's type refuses is `bad_output`, which is among its failures anyway."""
    tests = "tests: [{name: x, tools: {t.code: [{returns: 7}, {returns: QQQ}]}, expect: {}}]\n"
    made = cast("  - {id: code, tool: t.code}\n", tests)
    made.tests = [*_tests(made)]
    assert ["QQQ"] == made.values("t.code")
    hopeless = cast("  - {id: odd, tool: t.odd}\n")
    assert [None] == hopeless.values("t.odd")
    assert {"t.odd"} == hopeless.unknown


def _tests(made: Cast) -> list[object]:
    from holdfast.plan.source import read
    from holdfast.testing.runner import cases_of

    return [*cases_of(read(made.plan.source, "p.yaml"))]


@pytest.mark.parametrize(
    ("schema", "first"),
    [
        ({"type": "string", "pattern": "^[A-Z]{3}$"}, "AAA"),
        ({"type": "string", "pattern": r"[^,]+@\w+\.(com|org)"}, "a@a.com"),
        ({"type": "string", "format": "uuid"}, "7f9c24e8-3b1d-4c6a-9f25-0a1b2c3d4e5f"),
        ({"type": "string", "format": "time"}, "03:04:05Z"),
        ({"type": "integer", "multipleOf": 7, "minimum": 10}, 21),
        (
            {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2, "maxItems": 2},
            ["x", 1],
        ),
    ],
)
def test_patterns_formats_and_the_like(schema: dict[str, object], first: object) -> None:
    """What people write into schemas has a value that fits."""
    assert first == examples(schema)[0]
