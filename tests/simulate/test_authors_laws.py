"""The author's own laws: what they read, when they speak, and that whoever breaks them is found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import holdfast
from holdfast.errors import PlanError
from holdfast.plan.compiled import dump, restore
from holdfast.plan.load import load_source
from holdfast.registry import Registry, load_registry
from holdfast.simulate.cast import cast_of
from holdfast.simulate.explorer import Bounds, Explored, Explorer
from holdfast.simulate.reach import missed
from holdfast.simulate.retold import lapses
from holdfast.simulate.story import timeline
from holdfast.simulate.world import World

BOOK = """
holdfast: 1
plan: book
inputs: {most: {type: number, default: 100}}
deadline: 1h
on_failure: compensate
defaults: {timeout: 5s, retry: {attempts: 2, delay: 1s, jitter: none}}
steps:
  - {id: look, tool: t.look}
  - id: book
    tool: t.book
    with: {price: "{{ steps.look.output.price }}"}
    compensate: {tool: t.cancel, with: {}}
    undo_first: true
    fallback:
      - {id: other, tool: t.book, with: {price: 7}, compensate: {tool: t.cancel, with: {}}}
  - {id: tell, tool: t.tell}
tests:
  - {name: x, tools: {t.look: [{returns: {price: 40}}, {returns: {price: 400}}]}, expect: {}}
output: {price: "{{ steps.look.output.price }}"}
invariants:
"""


@holdfast.tool("t.look", effect="read")
async def look() -> dict[str, object]:
    """Read something."""
    raise AssertionError


@holdfast.tool("t.book", effect="write", idempotency="key")
async def book(price: float) -> str:
    """Do something."""
    raise AssertionError


@holdfast.tool("t.cancel", effect="write", idempotency="key")
async def cancel() -> None:
    """Undo it."""
    raise AssertionError


@holdfast.tool("t.tell", effect="write", idempotency="key")
async def tell() -> None:
    """Do something that nothing undoes."""
    raise AssertionError


@pytest.fixture
def tools() -> Registry:
    """Tools that are never called."""
    return load_registry([look, book, cancel, tell])


def explorer(tools: Registry, *laws: str, **bounds: object) -> Explorer:
    """Goes through the worlds in which one thing is out of the ordinary."""
    plan = load_source(BOOK + "".join(f"  - {{{law}}}\n" for law in laws), "book.yaml")
    given = Bounds(**{"depth": 1, "seeds": 0, "until": None, **bounds})  # type: ignore[arg-type]
    return Explorer(cast_of(plan, tools), given)


ONE_SEAT = (
    "name: one-seat, always: \"effects | selectattr('tool', 'equalto', 't.book')"
    " | rejectattr('state', 'in', ['undone', 'left']) | list | length <= 1\""
)


def test_one_seat_is_what_undo_first_gives(tools: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """A booking whose answer cannot be used took place: without `undo_first` its alternative is a second seat."""
    held = explorer(tools, ONE_SEAT, depth=2, worlds=4_000).run()
    assert (2, set()) == (held.depth, broken(held))
    monkeypatch.setattr(f"{__name__}.BOOK", BOOK.replace("    undo_first: true\n", ""))
    exploring = explorer(tools, ONE_SEAT)
    found = exploring.simpler(next(iter(exploring.run().found.values())))
    assert "t.book fails with bad_output" in [line.said for line in timeline(exploring.told(found))]


def broken(seen: Explored) -> set[str]:
    """The names of the laws that were broken."""
    return {one.law for one in seen.found.values()}


def test_laws_that_hold_in_every_world(tools: Registry) -> None:
    """Of effects with their arguments and states, of the outcome, of inputs, facts, steps and what was spent."""
    seen = explorer(
        tools,
        ONE_SEAT,
        "name: few, always: spent.calls < 20 and spent.elapsed < duration('1h')",
        "name: told-last, always: \"effects | selectattr('step', 'equalto', 'tell') | length == 0 or"
        " steps.book.status == 'succeeded'\"",
        "name: gives, at_end: status != 'succeeded' or output.price == steps.look.output.price",
        "name: says-why, at_end: status != 'failed' or error.code is defined",
    ).run()
    assert (set(), []) == (broken(seen), missed(load_source(BOOK + " []", "b"), seen.reached, "step"))
    assert {("law", name, 0) for name in ("one-seat", "few", "told-last", "gives", "says-why")} <= seen.reached


def _writing(name: str) -> object:
    @holdfast.tool(name, effect="write", idempotency="key")
    async def write(flight: str = "", price: float = 0, to: str = "", booking: str = "") -> dict[str, str]:
        """Do something."""
        raise AssertionError

    return write


def test_the_laws_of_the_reference_hold() -> None:
    """What people copy from the page about invariants is broken in no world."""
    page = (Path(__file__).parents[2] / "docs" / "plan-reference.md").read_text(encoding="utf-8")
    (example,) = (part for part in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "plan: one-seat\n" in part)

    @holdfast.tool("flights.search", effect="read")
    async def search(to: str) -> list[dict[str, object]]:
        """Read something."""
        raise AssertionError

    names = ("flights.book", "flights.cancel", "trains.book", "trains.cancel")
    every = load_registry([search, *(_writing(name) for name in names)])
    seen = Explorer(
        cast_of(load_source(example, "one-seat.yaml"), every), Bounds(depth=2, worlds=1_200, seeds=50)
    ).run()
    assert (set(), []) == (broken(seen), [kind for kind, name, _ in seen.reached if kind == "refused"])


def test_a_law_that_is_broken_is_found_made_small_and_told(tools: Registry) -> None:
    """With one thing out of the ordinary, the reason of the author, and the moment in the timeline."""
    exploring = explorer(
        tools, 'name: cheap, reason: That is too dear, always: "steps.look.output.price <= inputs.most"'
    )
    seen = exploring.run()
    found = exploring.simpler(next(iter(seen.found.values())))
    assert {"cheap"} == broken(seen)
    assert ("`cheap` does not hold: That is too dear", 1) == (found.said, len(found.schedule))
    assert found.said == [line.said for line in timeline(exploring.told(found))][-1]


def test_what_is_not_there_yet_breaks_nothing(tools: Registry) -> None:
    """A step that has not run keeps its law silent, and a law that never spoke is told."""
    exploring = explorer(
        tools,
        "name: early, always: steps.tell.output == null",
        "name: never, at_end: steps.other.output == 'no'",
        depth=0,
    )
    seen = exploring.run()
    assert set() == broken(seen)
    assert ["never"] == missed(exploring.plan, seen.reached, "law")


def test_a_law_that_cannot_be_judged_is_broken(tools: Registry) -> None:
    """A field that is not there, or a comparison that makes no sense, is no answer."""
    seen = explorer(tools, 'name: odd, at_end: "effects[0].args.prize > 3"').run()
    assert {"odd"} == broken(seen)
    assert "`odd` cannot be judged: " in next(iter(seen.found.values())).said


def test_effects_say_what_became_of_them(tools: Registry) -> None:
    """Unknown while a call is under way, then made; undone when it was taken back; gone when it did not take place."""
    plan = load_source(BOOK + "  - {name: x, always: effects | length >= 0}\n", "book.yaml")
    world = World(cast_of(plan, tools), lambda _: 0)
    world.play()
    told = [(row["step"], row["tool"], row["state"], row["output"]) for row in world.laws.effects.rows()]
    assert [("book", "t.book", "made", "x"), ("tell", "t.tell", "made", "")] == [
        (*one[:3], one[3] or "") for one in told
    ]


def test_a_journal_is_held_against_laws_later(tools: Registry) -> None:
    """Behind which entry a law did not hold, under the plan of the run or under one that decides the same."""
    plain = load_source(BOOK + " []", "book.yaml")
    world = World(cast_of(plain, tools), lambda _: 0)
    world.play()
    assert [] == lapses(plain, world.entries)
    strict = load_source(BOOK + "  - {name: none, always: effects | length == 0}\n", "book.yaml")
    (lapse,) = lapses(strict, world.entries)
    assert ("none", "`none` does not hold: effects | length == 0") == (lapse.name, lapse.said)
    assert "CallIntended" == type(world.entries[lapse.seq - 1].event).__name__


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ("name: a, always: effects | length == 0, at_end: status == 'failed'", "this has both"),
        ("name: a", "this has neither"),
        ("name: A, always: status == 'failed'", "a name here has lower-case letters, digits, `-` and `_`"),
        ("name: a, always: stats == 'failed'", "`stats` is not defined here: did you mean `status`"),
        ("name: a, always: args.price > 1", "`args` means nothing for a run as a whole"),
        ("name: a, always: steps.bok.output == 1", "the plan has no step `bok`"),
        ('name: a, always: "{{ effects | length == 0 }}"', "leave out the"),
        ("name: b, at_end: status == 'failed'}\n  - {name: b, at_end: status == 'failed'", "there is an invariant `b`"),
    ],
)
def test_mistakes_in_laws(law: str, message: str) -> None:
    """Each is one finding, with what is allowed."""
    with pytest.raises(PlanError) as caught:
        load_source(BOOK + f"  - {{{law}}}\n", "book.yaml")
    assert 1 == len(caught.value.diagnostics)
    assert message in caught.value.diagnostics[0].message + caught.value.diagnostics[0].help


def test_names_of_laws_mean_nothing_elsewhere() -> None:
    """`effects` and `status` are about a run as a whole."""
    with pytest.raises(PlanError, match="`effects` is not defined here"):
        load_source("holdfast: 1\nplan: p\nsteps: [{id: a, when: effects | length == 0, set: {x: 1}}]\n", "p.yaml")


def test_laws_are_kept_with_the_compiled_plan() -> None:
    """They come back as they were."""
    plan = load_source(BOOK + "  - {name: a, at_end: status == 'failed', reason: Why}\n", "book.yaml")
    again = restore(dump(plan), plan.hash, plan.source, plan.file)
    assert ("a", "at_end", "Why", "status == 'failed'") == (
        again.invariants[0].name, again.invariants[0].moment, again.invariants[0].reason,
        again.invariants[0].holds.source,
    )  # fmt: skip
