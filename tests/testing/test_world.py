"""`holdfast.testing.World`: a plan in an invented world, from a test in Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from holdfast import Context, InputError, tool
from holdfast.testing import World

PLAN = """
holdfast: 1
plan: order
inputs: {item: {type: string}}
facts:
  shop: {given: north}
steps:
  - {id: wait, wait: {event: paid, timeout: 7d}}
  - {id: ask, ask: {to: requester, question: Really?, options: [no, yes], timeout: 1h}}
  - id: buy
    tool: shop.buy
    with: {item: "{{ inputs.item }}", at: "{{ facts.shop }}"}
    retry: {attempts: 2, delay: 1h}
output: "{{ steps.buy.output }}"
"""


@tool("shop.buy", effect="write", idempotency="key")
async def buy(item: str, at: str, ctx: Context) -> str:
    """Buy something."""
    raise AssertionError("a world calls nothing real")


def world(**more: object) -> World:
    """A shop that does not answer at first, somebody who says yes, and money that comes after two days."""
    script = {"shop.buy": [{"error": "unavailable", "happened": False}, {"returns": "R1", "delay": "3s"}]}
    said = {"script": script, "people": {"ask": "yes"}, "events": [{"event": "paid", "after": "2d"}], **more}
    return World(tools=[buy], **said)  # type: ignore[arg-type]


def test_a_plan_runs_in_it(tmp_path: Path) -> None:
    """Two days pass at once; what was called, what took place, who was asked and what was decided can be looked at."""
    (tmp_path / "order.yaml").write_text(PLAN, encoding="utf-8")
    played = world().play(tmp_path / "order.yaml", {"item": "lamp"})
    assert ("succeeded", "R1", ["ask"]) == (played.result.status, played.result.output, played.reviews)
    assert (2, 1) == (played.calls("shop.buy"), played.effects("shop.buy"))
    assert 2 * 86_400 < played.entries[-1].at - played.entries[0].at < 3 * 86_400
    assert {"shop": "north"} == played.facts


def test_it_dies_at_every_moment(tmp_path: Path) -> None:
    """In peace first, then once for each moment: always the same end, and one effect."""
    (tmp_path / "order.yaml").write_text(PLAN, encoding="utf-8")
    calm, *killed = world().every_death(tmp_path / "order.yaml", {"item": "lamp"})
    assert (calm.moments, "") == (len(killed), calm.death)
    assert {("succeeded", "R1", 1)} == {
        (one.result.status, one.result.output, one.effects("shop.buy")) for one in killed
    }
    assert all(one.death for one in killed)


def test_words_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    """Where they stand, and what was meant; so are inputs that do not fit."""
    (tmp_path / "order.yaml").write_text(PLAN, encoding="utf-8")
    for wrong, said in (
        ({"script": {"shop.buy": [{"retuns": 1}]}}, "`script.shop.buy.0` has no `retuns`: did you mean `returns`?"),
        ({"events": [{"evnt": "paid"}]}, "`events.0` has no `evnt`: did you mean `event`?"),
        ({"script": {"shop.buy": [{"delay": "soon"}]}}, "at `script.shop.buy.0.delay`"),
    ):
        with pytest.raises(InputError) as refused:
            world(**wrong).play(tmp_path / "order.yaml", {"item": "lamp"})
        assert said in str(refused.value)
    with pytest.raises(InputError, match="`item` is missing"):
        world().play(tmp_path / "order.yaml")


def test_the_plugin_of_pytest_loads_nothing_heavy() -> None:
    """Every project that has Holdfast installed imports it at each start of pytest."""
    script = (
        "import sys, holdfast.testing.pytest_plugin; print(*sorted(n for n in sys.modules if n.startswith('holdfast')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ["holdfast", "holdfast.testing", "holdfast.testing.pytest_plugin"] == done.stdout.split()
