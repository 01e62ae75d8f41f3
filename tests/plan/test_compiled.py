"""A plan that was kept compiled is the plan that was compiled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.core.actions import CheckTool, Turn
from holdfast.core.contract import Contract
from holdfast.core.events import CallFailed, CallReconciled, CallReturned, Observation, ReviewAnswered, RunRequested
from holdfast.core.failure import CODES, Failure
from holdfast.core.interpreter import Interpreter
from holdfast.plan import shelf as shelf_module
from holdfast.plan.compiled import CLASSES, dump, restore
from holdfast.plan.expressions import Expression, ExpressionError
from holdfast.plan.listed import Listed
from holdfast.plan.load import load_plan, load_source
from holdfast.plan.program import Plan
from holdfast.plan.shelf import Shelf, hash_of
from holdfast.plan.template import Template
from tests.core.plans import plans
from tests.core.world import World

WRITTEN = sorted(
    path
    for path in (Path(__file__).parents[2] / "plans").rglob("*.yaml")
    if path.stem != "policy" and path.parent.name != "evals"
)

LONGEST = 60
"""Observations after which a world is left alone."""

SPECIAL = """
holdfast: 1
plan: special
inputs:
  people: {type: array, default: [[1, 2], {a: null}]}
  token: {type: string, secret: true}
defaults:
  human: [{on: before, when: args.amount > 10, reason: dear}]
steps:
  - id: listed
    each: {in: ["{{ inputs.people }}", [2, "x{{ 1 + 1 }}"], {k: 1.0}], as: one, key: index | string}
    do:
      - {id: pay, tool: t.pay, with: {amount: 3, to: "{{ one }}", "with space": [true, 1, 1.0, null, "ü\\u2003"]}}
      - {id: pay_more, tool: t.pay, with: {amount: 3}, retry: {attempts: 2, on: [timeout, conflict]}}
  - id: which
    switch:
      - {when: steps.listed.status == 'succeeded', do: [{id: ok, stop: {status: succeeded, output: [1, {}]}}]}
      - {do: [{id: nap, wait: 5s}]}
  - id: question
    ask: {question: "Who?\\n{{ inputs.people }}", schema: {type: string, enum: [a, b]}, default: a}
cleanup: [{id: sweep, tool: t.sweep}]
output: {all: "{{ steps.listed.output }}"}
"""

MISTAKEN = """holdfast: 1
plan: p
inputs: {a: {}, b: {}, c: {}, d: {}}
steps:
  - id: s
    when: inputs.a >
      inputs.b
    tool: t.x
    with:
      deep: [1, {x: "a {{ inputs.c + 1 }} {{ inputs.d }}"}]
"""


def again(plan: Plan) -> Plan:
    """The plan after it was kept."""
    return restore(dump(plan), plan.hash, plan.source, plan.file)


def parts(value: object) -> Iterator[object]:
    """All that a plan is made of, in order."""
    yield value
    if type(value).__name__ in CLASSES:
        for field in fields(value):  # type: ignore[arg-type]
            yield from parts(getattr(value, field.name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from parts(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


def told(part: object) -> object:
    """What can be seen of a part without running it."""
    if isinstance(part, Expression):
        return ("expression", part.source, part.reads, part.references)
    if isinstance(part, Template):
        return ("template", part.tree, part.reads, part.references, part.constant)
    if isinstance(part, Listed):
        return ("listed", told(part.template))
    if type(part).__name__ in CLASSES or isinstance(part, dict | tuple):
        return type(part)
    return (type(part), part)


class Twins(World):
    """A world for a compiled plan in which the kept one lives beside it, and must decide the same."""

    def observe(self, observation: Observation, after: float = 0.0) -> Turn:
        if isinstance(observation, RunRequested):
            self.twin = Interpreter(again(self.plan))
        turn = super().observe(observation, after)
        assert turn == self.twin.observe(observation, self.now)
        return turn


def step(world: World, draw: Callable[[st.SearchStrategy[object]], object]) -> bool:
    """Let something happen; False if nothing can."""
    state = world.state
    if state.calls:
        number = next(iter(state.calls))
        if isinstance(world.pending.get(number), CheckTool):
            world.observe(CallReconciled(call=number, found=bool(draw(st.booleans())), value=1))
        elif draw(st.booleans()):
            world.observe(CallReturned(call=number, value=draw(st.sampled_from([None, 1, [1, 2], {"a": 1}]))))
        else:
            code, happened = str(draw(st.sampled_from(sorted(CODES)))), draw(st.sampled_from([True, False, None]))
            world.observe(CallFailed(call=number, error=Failure(code=code, happened=happened)))  # type: ignore[arg-type]
    elif state.reviews:
        review = next(iter(state.reviews.values()))
        value = review.options[0]["id"] if review.options else 1
        world.observe(ReviewAnswered(review=review.id, decision=review.decisions[-1], value=value))
    elif world.mind.next_due() is not None:
        world.tick()
    else:
        return False
    return True


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=plans(), data=st.data())
def test_a_kept_plan_decides_the_same(text: str, data: st.DataObject) -> None:
    """Whatever happens to two runs, one of the compiled plan and one of the kept one, they decide the same."""
    world = Twins(text, {"n": data.draw(st.integers(0, 3))}, law=False)
    for _ in range(LONGEST):
        if world.state.finished or not step(world, data.draw):
            break


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=plans())
def test_a_kept_plan_has_the_same_parts(text: str) -> None:
    """Part by part, in order, of the same types, with the same reads; and kept again it is the same text."""
    plan = load_source(text, "demo.yaml")
    assert [told(part) for part in parts(plan)] == [told(part) for part in parts(again(plan))]
    assert dump(plan) == dump(again(plan))


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.stem)
def test_the_plans_we_ship_survive(file: Path) -> None:
    """Each of them has the same parts and makes the same first decision."""
    plan = load_plan(file)
    assert [told(part) for part in parts(plan)] == [told(part) for part in parts(again(plan))]
    contracts = tuple(Contract(name=name, effect="write", idempotency="key") for name in sorted(plan.tools))
    requested = RunRequested(
        run="r", plan=plan.name, plan_hash=plan.hash, task="t", user="u", inputs={}, contracts=contracts
    )
    assert Interpreter(plan).observe(requested, 1.0) == Interpreter(again(plan)).observe(requested, 1.0)


def test_a_plan_of_every_kind_of_data_survives() -> None:
    """Lists in place of expressions, schemas, numbers that only look alike, names with spaces, other alphabets."""
    plan = load_source(SPECIAL, "special.yaml")
    assert [told(part) for part in parts(plan)] == [told(part) for part in parts(again(plan))]


def test_what_was_one_thing_stays_one_thing() -> None:
    """`steps` holds the very steps of `root`, and what is inherited is kept once."""
    plan = again(load_source(SPECIAL, "special.yaml"))
    assert plan.steps["listed"] is plan.root.action.steps[0]  # type: ignore[union-attr]
    assert plan.steps["pay"].human[0] is plan.steps["pay_more"].human[0]


def test_mistakes_are_shown_at_the_same_place() -> None:
    """An expression that fails names the same line and column, although the text was not read until then."""
    plan = load_source(MISTAKEN, "p.yaml")
    messages = [_mistakes(one) for one in (plan, again(plan))]
    assert messages[0] == messages[1]
    assert ["p.yaml:6:11", "p.yaml:10:27"] == [message.split(": ")[0] for message in messages[0]]


def _mistakes(plan: Plan) -> list[str]:
    found = plan.steps["s"]
    assert found.when is not None
    messages = []
    for call in (found.when.evaluate, found.action.arguments.render):  # type: ignore[union-attr]
        with pytest.raises(ExpressionError) as caught:
            call({"inputs": {}})
        messages.append(str(caught.value))
    return messages


def test_only_what_was_compiled_from_a_text_is_kept(tmp_path: Path) -> None:
    """A part without a place could not show its mistakes; such a plan is simply not kept."""
    from dataclasses import replace

    from holdfast.plan.expressions import parse_expression

    plan = load_source("holdfast: 1\nplan: p\nsteps: [{id: s, wait: 1s}]\n")
    made = replace(plan, root=replace(plan.root, when=parse_expression("1 > 2")))
    with pytest.raises(ValueError, match="compiled from a plan's text"):
        dump(made)
    Shelf(tmp_path).put(made)
    assert [] == list(tmp_path.iterdir())


# --- files ------------------------------------------------------------------------------------------------------------


def kept(folder: Path) -> tuple[Plan, Path]:
    """A plan on a shelf, and its file."""
    plan = load_source(SPECIAL, "special.yaml")
    Shelf(folder).put(plan, "clean")
    return plan, folder / f"{plan.hash}.json"


def test_a_shelf_gives_what_was_put(tmp_path: Path) -> None:
    """Another process finds the plan by its text, with what its lint was clean against."""
    plan, _ = kept(tmp_path / "made" / "here")
    other = Shelf(tmp_path / "made" / "here")
    assert "" == other.mark(plan)
    found = other.get(plan.source, "renamed.yaml")
    assert found is not None
    assert (dump(plan), "renamed.yaml", plan.source) == (dump(found), found.file, found.source)
    assert "clean" == other.mark(plan)
    assert None is other.get(plan.source + "\n", "special.yaml")


@pytest.mark.parametrize("share", [i / 12 for i in range(12)])
@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_file_is_as_if_it_were_not_there(tmp_path: Path, share: float, damage: str) -> None:
    """Wherever a file was cut or changed, it gives nothing, and goes."""
    plan, file = kept(tmp_path)
    content = file.read_bytes()
    at = int(share * len(content))
    file.write_bytes(content[:at] + (b"" if damage == "cut" else bytes([content[at] ^ 4]) + content[at + 1 :]))
    assert None is Shelf(tmp_path).get(plan.source, plan.file)
    assert not file.exists()


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n[]", b"{}\n{}", b"null", b"\xff\xfe\x00", b'{"mark": 1}\n[]'])
def test_a_file_of_something_else_is_as_if_it_were_not_there(tmp_path: Path, content: bytes) -> None:
    """Whatever lies there under the right name."""
    plan, file = kept(tmp_path)
    file.write_bytes(content)
    assert None is Shelf(tmp_path).get(plan.source, plan.file)


def test_another_release_does_not_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another version of Holdfast compiled is compiled again."""
    plan, _ = kept(tmp_path)
    monkeypatch.setattr(shelf_module, "VERSION", "99.0")
    assert None is Shelf(tmp_path).get(plan.source, plan.file)


def test_a_plan_cannot_pass_for_another(tmp_path: Path) -> None:
    """A whole file under the name of another plan gives nothing."""
    _, file = kept(tmp_path)
    other = "holdfast: 1\nplan: other\nsteps: [{id: s, wait: 1s}]\n"
    file.rename(tmp_path / f"{hash_of(other)}.json")
    assert None is Shelf(tmp_path).get(other, "other.yaml")


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    """A file stands where the folder should be: nothing is kept, nothing is said."""
    (tmp_path / "taken").write_text("mine")
    plan, _ = kept(tmp_path / "taken")
    assert None is Shelf(tmp_path / "taken").get(plan.source, plan.file)
    assert "mine" == (tmp_path / "taken").read_text()


def test_old_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder keeps the plans that were kept last, and no drafts of processes that died."""
    monkeypatch.setattr(shelf_module, "MOST", 3)
    (tmp_path / "abc.123.draft").write_text("")
    sources = [f"holdfast: 1\nplan: p{n}\nsteps: [{{id: s, wait: 1s}}]\n" for n in range(5)]
    for source in sources:
        Shelf(tmp_path).put(load_source(source))
    assert {f"{hash_of(source)}.json" for source in sources[2:]} == {file.name for file in tmp_path.iterdir()}


def test_what_is_kept_is_not_written_again(tmp_path: Path) -> None:
    """`keep` leaves a plan with its mark alone."""
    plan, file = kept(tmp_path)
    Shelf(tmp_path).keep(plan)
    assert "clean" == json.loads(file.read_bytes().partition(b"\n")[0])["mark"]
    file.unlink()
    Shelf(tmp_path).keep(plan)
    assert file.exists()
