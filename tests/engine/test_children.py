"""Sub-plans carried out by the engine: a child is a run of its own, and its parent waits for it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import anyio
import pytest

import holdfast
from holdfast import tool
from holdfast.core.events import ChildFinished, ChildIntended, RunRequested
from tests.engine.world import STORES, journal, kinds, session

pytestmark = pytest.mark.anyio

PAID: list[tuple[str, str]] = []


@tool("bank.pay", effect="write", idempotency="key")
async def pay(who: str, ctx: holdfast.Context) -> dict[str, str]:
    """Pay somebody."""
    PAID.append((who, ctx.idempotency_key))
    return {"paid": who}


@tool("bank.refund", effect="write", idempotency="natural")
async def refund(who: str) -> None:
    """Take it back."""
    PAID.append((f"-{who}", ""))


CHILD = """
inputs: {who: {type: string}}
steps:
  - id: pay
    tool: bank.pay
    with: {who: "{{ inputs.who }}"}
    compensate: {tool: bank.refund, with: {who: "{{ output.paid }}"}}
output: {receipt: "{{ steps.pay.output.paid }}"}
"""


@pytest.fixture(autouse=True)
def _nobody_paid() -> None:
    PAID.clear()


def write(folder: Path, name: str, text: str) -> Path:
    """A plan file."""
    file = folder / f"{name}.yaml"
    file.write_text(f"holdfast: 1\nplan: {name}\n{textwrap.dedent(text)}", encoding="utf-8")
    return file


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("room", [1, 1000])
async def test_a_parent_waits_for_its_child(kind: str, room: int, tmp_path: Path) -> None:
    """The child's output is the step's; both are runs; with room for one run in memory nobody blocks the other."""
    write(tmp_path, "child", CHILD)
    parent = write(
        tmp_path,
        "parent",
        """
        steps:
          - {id: sub, plan: child, with: {who: ana}}
        output: "{{ steps.sub.output.receipt }}"
        """,
    )
    async with session(kind, tmp_path, pay, refund, max_live=room) as hf:
        with anyio.fail_after(10):
            run = await hf.start(parent, task="t1", user="u1")
            result = await run.result()
        assert ("succeeded", "ana") == (result.status, result.output)
        assert [("ana", "u1:parent:t1:sub//pay")] == PAID
        assert 1 == result.spent["calls"]
        assert ["RunRequested", "StepEntered"] != await kinds(run)
        entries = [entry.event for entry in await journal(run)]
        (meant,) = [event for event in entries if isinstance(event, ChildIntended)]
        (ended,) = [event for event in entries if isinstance(event, ChildFinished)]
        assert (meant.child, "succeeded") == (ended.child, ended.status)
        child = await hf.get(meant.child)
        (asked,) = [entry.event for entry in await journal(child) if isinstance(entry.event, RunRequested)]
        assert asked.lineage is not None
        assert (run.id, "sub", "parent", "t1") == (
            asked.lineage.parent,
            asked.lineage.prefix,
            asked.lineage.plan,
            asked.task,
        )
        assert {run.id: "", meant.child: run.id} == {row.run: row.parent for row in await hf.runs()}


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("room", [1, 1000])
async def test_a_child_goes_on_with_what_those_beside_it_have_left(kind: str, tmp_path: Path, room: int) -> None:
    """Two payments each and three are needed by one of them: it asks, through the store, and is given the fourth."""
    step = "{{id: {0}, tool: bank.pay, with: {{who: '{{{{ inputs.who }}}}-{0}'}}}}"
    body = "inputs: {who: {type: string}}\nsteps: [" + ", ".join(step.format(name) for name in "abc") + "]\n"
    write(tmp_path, "needy", body)
    write(
        tmp_path,
        "modest",
        body.replace(step.format("c"), "{id: c, wait: 10ms}").replace(step.format("b"), "{id: b, wait: 10ms}"),
    )
    branches = "{l: [{id: x, plan: needy, with: {who: l}}], r: [{id: y, plan: modest, with: {who: r}}]}"
    parent = write(tmp_path, "parent", f"budget: {{calls: 4}}\nsteps: [{{id: p, parallel: {branches}}}]")
    async with session(kind, tmp_path, pay, refund, max_live=room) as hf:
        with anyio.fail_after(10):
            run = await hf.start(parent)
            result = await run.result()
        assert ("succeeded", 4) == (result.status, result.spent["calls"])
        assert ["l-a", "l-b", "l-c", "r-a"] == sorted(who for who, _ in PAID)
        assert {"ChildAsked", "ShareAnswered"} <= set(await kinds(run))


async def test_cancelling_the_parent_reaches_the_child_and_undoes_what_it_did(tmp_path: Path) -> None:
    """The child is cancelled, its payment taken back by the parent, and nobody is left."""
    write(tmp_path, "child", CHILD + "  # the output comes later\ncleanup: [{id: over, tool: bank.note}]\n")
    text = CHILD.replace("output:", "  - {id: long, wait: 1d}\noutput:")
    write(tmp_path, "child", text)
    parent = write(tmp_path, "parent", "steps: [{id: sub, plan: child, with: {who: ana}}]")
    async with session("sqlite", tmp_path, pay, refund) as hf:
        run = await hf.start(parent)
        with anyio.fail_after(10):
            await run.result()
        await hf.cancel(run.id)
        with anyio.fail_after(10):
            assert "cancelled" == (await run.wait()).status
        (child,) = await hf.runs(plan="child")
        assert ("cancelled", run.id) == (child.status, child.parent)
        assert ["ana", "-ana"] == [who for who, _ in PAID]
        states = {row.tool: (row.state, row.run) for row in await hf.effects()}
        assert {"bank.pay": ("compensated", child.run), "bank.refund": ("succeeded", run.id)} == states


async def test_a_tree_that_waits_for_a_person_rests_and_goes_on(tmp_path: Path) -> None:
    """Two processes: the first leaves when the child asks, the second resumes the parent alone."""
    write(
        tmp_path,
        "child",
        """
        steps: [{id: who, ask: {question: Who?, schema: {type: string}, timeout: 1h}}]
        output: "{{ steps.who.output }}"
        """,
    )
    write(tmp_path, "middle", "steps: [{id: inner, plan: child}]\noutput: '{{ steps.inner.output }}'")
    parent = write(tmp_path, "parent", "steps: [{id: sub, plan: middle}]\noutput: '{{ steps.sub.output }}'")
    async with session("sqlite", tmp_path) as hf:
        run = await hf.start(parent)
        with anyio.fail_after(10):
            assert "waiting" == (await run.result()).status
        assert ["run"] == [item["for"] for item in (await run.row()).waiting]
    async with session("sqlite", tmp_path) as hf:
        (review,) = await hf.reviews()
        run = await hf.resume(run.id)
        with anyio.fail_after(10):
            assert "waiting" == (await run.result()).status
            await hf.answer(review.review.id, "ana", by="op")
            assert "ana" == (await run.wait()).output


async def test_a_grandchild_knows_the_contracts_of_its_tools(tmp_path: Path) -> None:
    """They come down through a plan that calls no tool itself; one that is not known would count as a write."""
    write(tmp_path, "child", CHILD)
    write(
        tmp_path,
        "middle",
        "inputs: {who: {type: string}}\nsteps: [{id: inner, plan: child, with: {who: '{{ inputs.who }}'}}]",
    )
    parent = write(tmp_path, "parent", "steps: [{id: sub, plan: middle, with: {who: ana}}]")
    async with session("memory", tmp_path, pay, refund) as hf:
        await (await hf.start(parent)).result()
        (row,) = await hf.runs(plan="child")
        (asked,) = [one.event for one in await journal(await hf.get(row.run)) if isinstance(one.event, RunRequested)]
        known = {contract.name: contract.idempotency for contract in asked.contracts}
        assert {"bank.pay": "key", "bank.refund": "natural"} == known


@pytest.mark.parametrize("room", [1, 3])
async def test_many_children_side_by_side_with_little_room(room: int, tmp_path: Path) -> None:
    """Nobody waits for a place that somebody holds who waits for him, three deep; timers beside it do not matter."""
    write(tmp_path, "child", CHILD)
    write(
        tmp_path,
        "middle",
        """
        inputs: {n: {type: integer}}
        steps:
          - id: all
            each: {in: "[1, 2, 3]", concurrency: 3}
            do: [{id: one, plan: child, with: {who: "{{ inputs.n }}.{{ item }}"}}]
        """,
    )
    parent = write(
        tmp_path,
        "parent",
        """
        steps:
          - id: both
            parallel:
              work:
                - id: all
                  each: {in: "[1, 2, 3, 4]", concurrency: 4}
                  do: [{id: one, plan: middle, with: {n: "{{ item }}"}}]
              pace:
                - {id: pause, repeat: {max: 5, every: 20ms}, do: [{id: tick, set: {x: 1}}]}
        """,
    )
    async with session("sqlite", tmp_path, pay, refund, max_live=room) as hf:
        run = await hf.start(parent)
        with anyio.fail_after(30):
            assert "succeeded" == (await run.result()).status
        assert 12 == len(PAID) == len({who for who, _ in PAID})
        assert 16 == len(await hf.runs(status=["succeeded"])) - 1
        assert 12 == (await run.row()).result["spent"]["calls"]  # type: ignore[index]


async def test_inputs_that_do_not_fit_fail_the_step_and_no_child_is_made(tmp_path: Path) -> None:
    """`invalid`, with what is wrong in the author's words."""
    write(tmp_path, "child", CHILD)
    parent = write(
        tmp_path, "parent", "inputs: {n: {}}\nsteps: [{id: sub, plan: child, with: {who: '{{ inputs.n }}'}}]"
    )
    async with session("memory", tmp_path, pay, refund) as hf:
        run = await hf.start(parent, inputs={"n": 3})
        result = await run.result()
        assert ("failed", "invalid", "sub") == (result.status, result.error["code"], result.error["address"])  # type: ignore[index]
        assert "input `who` must be string, not 3" in str(result.error)
        assert [run.id] == [row.run for row in await hf.runs()]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{who: 3}", "input `who` of plan `child` does not fit"),
        ("{who: ana, whom: x}", "plan `child` has no input `whom`: did you mean `who`?"),
        ("{}", "plan `child` needs the input `who`"),
    ],
)
async def test_what_does_not_fit_a_child_is_refused_before_the_run_is(given: str, said: str, tmp_path: Path) -> None:
    """As `holdfast run` refuses it, with its place, however deep in the family it stands."""
    write(tmp_path, "child", CHILD)
    write(tmp_path, "middle", f"steps: [{{id: inner, plan: child, with: {given}}}]")
    parent = write(tmp_path, "parent", "steps: [{id: sub, plan: middle}]")
    async with session("memory", tmp_path, pay, refund) as hf:
        with pytest.raises(holdfast.PlanError) as refused:
            await hf.start(parent)
        assert said in " ".join(str(refused.value).split())  # it is folded to the width of a page
        assert f"{tmp_path}/middle.yaml:3:" in str(refused.value)
        assert [] == await hf.runs()


async def test_a_secret_goes_down_as_a_secret_input_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference that stands alone is handed on; one made of text, which may come from anywhere, is refused."""
    monkeypatch.setenv("TOKEN", "s3cret")
    write(
        tmp_path,
        "child",
        """
        inputs: {token: {type: string, secret: true}}
        steps: [{id: pay, tool: bank.pay, with: {who: "{{ secrets.token }}"}}]
        """,
    )
    good = write(
        tmp_path,
        "good",
        """
        inputs: {key: {type: string, secret: true}}
        steps: [{id: sub, plan: child, with: {token: "{{ inputs.key }}"}}]
        """,
    )
    bad = write(tmp_path, "bad", "steps: [{id: sub, plan: child, with: {token: 'env:TOKEN'}}]")
    async with session("memory", tmp_path, pay, refund) as hf:
        assert "succeeded" == (await (await hf.start(good, inputs={"key": "env:TOKEN"})).result()).status
        assert ["s3cret"] == [who for who, _ in PAID]
        with pytest.raises(holdfast.PlanError, match="it takes a secret input, handed on whole"):
            await hf.start(bad)
        made = "inputs: {key: {}}\nsteps: [{id: sub, plan: child, with: {token: '{{ inputs.key }}'}}]"
        result = await (await hf.start(write(tmp_path, "made", made), inputs={"key": "env:TOKEN"})).result()
        assert ("failed", True) == (result.status, "it takes a secret input, handed on whole" in str(result.error))


async def test_a_plan_that_is_not_there_is_known_before_the_run_is(tmp_path: Path) -> None:
    """So is a tool that only a child of a child calls."""
    parent = write(tmp_path, "parent", "steps: [{id: sub, plan: child, with: {who: ana}}]")
    async with session("memory", tmp_path) as hf:
        with pytest.raises(holdfast.PlanError, match="no plan `child`"):
            await hf.start(parent)
        write(tmp_path, "child", CHILD)
        with pytest.raises(holdfast.PlanError, match=r"bank\.pay"):
            await hf.start(parent)
        assert [] == await hf.runs()


async def test_a_child_runs_the_text_that_stood_there_when_the_parent_began(tmp_path: Path) -> None:
    """Its file may change or go while the parent waits."""
    child = write(tmp_path, "child", "steps: [{id: a, set: {x: old}}]\noutput: '{{ facts.x }}'")
    parent = write(
        tmp_path,
        "parent",
        """
        steps:
          - {id: wait, wait: {event: go, timeout: 1h}}
          - {id: sub, plan: child}
        output: "{{ steps.sub.output }}"
        """,
    )
    async with session("sqlite", tmp_path) as hf:
        run = await hf.start(parent)
        await run.result()
        child.unlink()
        await hf.signal(run.id, "go")
        assert "old" == (await run.wait()).output


async def test_a_parents_triggers_guard_what_its_grandchild_pays(tmp_path: Path) -> None:
    """Nobody is paid before the person asked by the plan at the top has approved; once, with a restart in between."""
    write(tmp_path, "child", CHILD)
    write(
        tmp_path,
        "middle",
        "inputs: {who: {type: string}}\nsteps: [{id: inner, plan: child, with: {who: '{{ inputs.who }}'}}]",
    )
    text = (
        "steps: [{id: sub, plan: middle, with: {who: ana}, human: [{when: args.who == 'ana', to: ops, timeout: 1h}]}]"
    )
    parent = write(tmp_path, "parent", text)
    async with session("sqlite", tmp_path, pay, refund) as hf:
        run = await hf.start(parent)
        with anyio.fail_after(10):
            assert "waiting" == (await run.result()).status
    assert [] == PAID
    async with session("sqlite", tmp_path, pay, refund) as hf:
        (row,) = await hf.reviews()
        assert ("ops", "bank.pay", ("sub!0",)) == (row.review.to, row.review.tool, row.review.guards)
        run = await hf.resume(run.id)
        with anyio.fail_after(10):
            await run.result()
            await hf.decide(row.review.id, holdfast.Decision("approve", None, by="op"))
            assert "succeeded" == (await run.wait()).status
    assert ["ana"] == [who for who, _ in PAID]


async def test_a_child_that_is_resumed_brings_along_all_that_wait_for_it(tmp_path: Path) -> None:
    """Two deep, in another process than the first: the runs above go on as soon as it ends."""
    write(tmp_path, "child", "steps: [{id: who, ask: {question: Who?, schema: {type: string}, timeout: 1h}}]")
    write(tmp_path, "middle", "steps: [{id: inner, plan: child}]")
    parent = write(tmp_path, "parent", "steps: [{id: sub, plan: middle}]")
    async with session("sqlite", tmp_path) as hf:
        run = await hf.start(parent)
        await run.result()
        (review,) = await hf.reviews()
        child = review.run
    async with session("sqlite", tmp_path) as hf:
        await hf.resume(child)
        assert ["middle", "parent"] == [row.plan for row in await hf.above(child)]
        await hf.answer(review.review.id, "ana", by="op")
        with anyio.fail_after(10):
            assert "succeeded" == (await (await hf.get(run.id)).wait()).status
