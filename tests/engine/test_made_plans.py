"""Plans that a run makes, carried out by the engine: checked before anything of them runs (2-plan-language 3)."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

import holdfast
from holdfast import tool
from holdfast.core.events import ChildIntended, RunRequested
from holdfast.core.lineage import MAX_DEPTH
from holdfast.plan import load
from holdfast.plan.program import Plan
from holdfast.plan.source import Document
from tests.engine.test_children import write
from tests.engine.world import STORES, journal, session

pytestmark = pytest.mark.anyio

SAID: list[object] = []
PAID: list[str] = []


@tool("model.plan", effect="read", trust="untrusted")
async def draft() -> object:
    """What the test says a model answers."""
    return SAID[0] if len(SAID) == 1 else SAID.pop(0)


@tool("bank.pay", effect="write", idempotency="key")
async def pay(who: str) -> str:
    """Pay somebody."""
    PAID.append(who)
    return who


@tool("bank.close", effect="write", idempotency="natural")
async def close() -> None:
    """Close the account."""
    PAID.append("closed")


GOOD = """holdfast: 1
plan: made
inputs: {who: {type: string}}
steps:
  - id: pay
    tool: bank.pay
    with: {who: "{{ inputs.who }}"}
output: {paid: "{{ steps.pay.output }}"}
"""
PARENT = """
steps:
  - {id: draft, tool: model.plan}
  - {id: go, plan: {source: steps.draft.output, tools: [bank.pay, bank.p*, model.plan]}, with: {who: ana}}
output: "{{ steps.go.output }}"
"""


@pytest.fixture(autouse=True)
def _nothing_said() -> None:
    SAID.clear()
    PAID.clear()


async def outcome(folder: Path, parent: str = PARENT, kind: str = "memory") -> holdfast.Result:
    """What a run of this parent comes to."""
    async with session(kind, folder, draft, pay, close) as hf:
        with anyio.fail_after(20):
            return await (await hf.start(write(folder, "parent", parent), task="t", user="u")).result()


@pytest.mark.parametrize("kind", STORES)
async def test_a_text_that_was_made_runs_as_a_child(kind: str, tmp_path: Path) -> None:
    """Its keys go on from the step's, its text is kept with its run, and its output is the step's."""
    SAID.append(GOOD)
    async with session(kind, tmp_path, draft, pay, close) as hf:
        with anyio.fail_after(10):
            run = await hf.start(write(tmp_path, "parent", PARENT), task="t", user="u")
            result = await run.result()
        assert ("succeeded", {"paid": "ana"}, ["ana"]) == (result.status, result.output, PAID)
        (row,) = await hf.runs(plan="made")
        assert run.id == row.parent
        assert ["u:parent:t:go//pay"] == [effect.key for effect in await hf.effects()]
        (meant,) = [one.event for one in await journal(run) if isinstance(one.event, ChildIntended)]
        (asked,) = [one.event for one in await journal(await hf.get(row.run)) if isinstance(one.event, RunRequested)]
        assert (GOOD, row.run) == (meant.source, meant.child)
        assert ["bank.pay"] == [contract.name for contract in asked.contracts]


async def test_a_tree_runs_as_a_text_does(tmp_path: Path) -> None:
    """A model that answers with data need not write YAML."""
    step = {"id": "pay", "tool": "bank.pay", "with": {"who": "b\u2028ob"}}
    SAID.append({"holdfast": 1, "plan": "made", "inputs": {"who": {}}, "steps": [step]})
    assert "succeeded" == (await outcome(tmp_path)).status
    assert ["b\u2028ob"] == PAID


REFUSED = {
    "no plan": ("hello", "line 1, column 1: a plan must be a map"),
    "no YAML": (GOOD.replace("{who: {", "{who: {{"), "line 3, column 15"),
    "a slip": (GOOD.replace("    tool:", "    timout: 5s\n    tool:"), "line 6, column 5: `timout`: did you mean"),
    "a tool that is not granted": (
        GOOD.replace("bank.pay", "bank.close"),
        "line 6, column 11: `bank.close` is not among the tools that this plan may touch, which are `bank.pay`",
    ),
    "the same to undo something": (
        GOOD.replace("output: {", "    compensate: {tool: bank.close}\noutput: {"),
        "line 8, column 24: `bank.close` is not among",
    ),
    "a tool that is not there": (
        GOOD.replace("bank.pay", "bank.pya"),
        "line 6, column 11: there is no tool `bank.pya`",
    ),
    "a wrong argument": (GOOD.replace("with: {who", "with: {whom"), "line 7, column 12: `bank.pay` takes no argument"),
    "suppressed": (
        GOOD.replace("with: {who", "# holdfast: ignore[HF120] I may\n    with: {x: 1, who"),
        "line 8, column 12: `bank.pay` takes no argument `x`",
    ),
    "a fact": (
        "facts: {f: {infer: {tool: bank.close}}}\n" + GOOD.replace("inputs.who", "facts.f"),
        "line 1, column 27: `bank.close` is not among",
    ),
    "a secret to undo something": (
        GOOD.replace("output: {", "    compensate: {tool: bank.pay, with: {who: '{{ secrets.key }}'}}\noutput: {"),
        "line 8, column 46: a plan made in a run has no secret",
    ),
    "a secret": (GOOD.replace("inputs.who", "secrets.key"), "line 7, column 17: a plan made in a run has no secret"),
    "a plan by name": (GOOD + "cleanup: [{id: x, plan: parent}]", "line 9, column 25: there is no plan `parent`"),
    "other inputs": (GOOD.replace("who: {type: string}", "who: {type: integer}"), "input `who` must be integer"),
    "too many": ("a: 1\n" * 31, "and 10 more"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_text_that_does_not_hold_is_refused_with_its_place(case: str, tmp_path: Path) -> None:
    """Nothing of it runs; the step fails with `lint`, and the message says what to mend and where."""
    text, said = REFUSED[case]
    SAID.append(text)
    result = await outcome(tmp_path)
    assert result.error is not None
    assert ("failed", "lint", "go", []) == (result.status, result.error["code"], result.error["address"], PAID)
    assert said in str(result.error["message"])


async def test_what_is_wrong_is_told_as_data_too(tmp_path: Path) -> None:
    """A fallback hands it to whoever mends the text, and the mended one runs."""
    SAID.extend([GOOD.replace("bank.pay", "bank.close"), GOOD])
    parent = """
tools: [model.plan, bank.pay]
steps:
  - {id: draft, tool: model.plan}
  - id: go
    plan: {source: steps.draft.output}
    with: {who: ana}
    fallback:
      - id: mend
        when: error.code == 'lint'
        do:
          - {id: told, set: {wrong: "{{ error.details[0].line }}: {{ error.details[0].code }}"}}
          - {id: redraft, tool: model.plan}
          - {id: again, plan: {source: steps.redraft.output}, with: {who: bob}}
output: {via: "{{ steps.go.via }}", wrong: "{{ facts.wrong }}"}
"""
    assert {"via": "mend", "wrong": "6: HF026"} == (await outcome(tmp_path, parent)).output
    assert ["bob"] == PAID


async def test_the_same_text_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is run."""
    compiled: list[object] = []
    real = load._compiled

    def counted(document: Document) -> Plan:
        compiled.append(document.file)
        return real(document)

    monkeypatch.setattr(load, "_compiled", counted)
    SAID.append(GOOD + "# never seen before\n")
    parent = """
steps:
  - {id: draft, tool: model.plan}
  - id: all
    each: {in: "['ana', 'bob', 'cem']", concurrency: 3}
    do: [{id: go, plan: {source: steps.draft.output, tools: [bank.pay]}, with: {who: "{{ item }}"}}]
"""
    assert "succeeded" == (await outcome(tmp_path, parent)).status
    assert ["ana", "bob", "cem"] == sorted(PAID)
    assert 1 == compiled.count("<made in the run>")


async def test_a_plan_that_makes_itself_again_comes_to_an_end(tmp_path: Path) -> None:
    """Runs wait for each other only so deep, whatever their texts say; what it may touch never grows."""
    again = """holdfast: 1
plan: again
tools: ['*']
inputs: {who: {}}
steps:
  - {id: pay, tool: bank.pay, with: {who: x}}
  - {id: draft, tool: model.plan}
  - {id: go, plan: {source: steps.draft.output}, with: {who: x}}
"""
    SAID.append(again)
    result = await outcome(tmp_path)
    assert result.error is not None
    assert ("failed_precondition", MAX_DEPTH - 1) == (result.error["code"], len(PAID))
    assert "8 deep already" in str(result.error["message"])
    SAID[:] = [again, GOOD.replace("bank.pay", "bank.close")]
    result = await outcome(tmp_path / "..", PARENT)
    assert "`bank.close` is not among" in str(result.error)


async def test_plans_that_make_plans_and_call_nothing_come_to_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each counts as a call: of the budget, or of those that a made plan has where nothing is said."""
    again = """holdfast: 1
plan: again
inputs: {text: {}}
steps:
  - id: all
    each: {in: '[1, 2, 3]'}
    do: [{id: go, optional: true, plan: {source: inputs.text}, with: {text: '{{ inputs.text }}'}}]
"""
    SAID.append(again)
    parent = """
{budget}
steps:
  - {{id: draft, tool: model.plan}}
  - {{id: go, plan: {{source: steps.draft.output}}, with: {{text: "{{{{ steps.draft.output }}}}"}}}}
"""
    bounded = await outcome(tmp_path, parent.format(budget="budget: {calls: 6}"))
    assert ("failed", "budget", 6) == (bounded.status, (bounded.error or {})["code"], bounded.spent["calls"])
    monkeypatch.setattr("holdfast.core.evolve.children.MADE_CALLS", 9)
    unsaid = await outcome(tmp_path, parent.format(budget=""))
    assert "calls that the parent run gave it are used up" in str(unsaid.error)
    assert 10 == unsaid.spent["calls"], "the draft, and nine runs of what it made"


NAMED = """
tools: [model.plan, bank.pay]
inputs: {{n: {{default: 0}}}}
steps:
  - {{id: draft, tool: model.plan}}
  - {{id: never, plan: part, when: inputs.n, with: {{who: x}}}}
  - {{id: go, plan: {{source: steps.draft.output, tools: [{tools}]}}}}
"""
PART = 'inputs: {who: {}}\nsteps: [{id: pay, tool: bank.pay, with: {who: "{{ inputs.who }}"}}]'


async def test_it_may_run_the_plans_that_its_maker_names(tmp_path: Path) -> None:
    """If these touch no more than it may itself, and get what they take."""
    write(tmp_path, "part", PART)
    text = "holdfast: 1\nplan: made\nsteps: [{id: sub, plan: part, with: {who: eve}}]"
    SAID.append(text)
    assert "succeeded" == (await outcome(tmp_path, NAMED.format(tools="bank.pay"))).status
    assert ["eve"] == PAID
    narrow = await outcome(tmp_path, NAMED.format(tools=""))
    assert "line 3, column 25: `bank.pay`, which a plan that it runs calls, is not among" in str(narrow.error)
    SAID[:] = [text.replace("who", "whom")]
    assert "plan `part` has no input `whom`" in str((await outcome(tmp_path, NAMED.format(tools="bank.pay"))).error)


async def test_triggers_of_its_maker_see_a_text_that_is_not_to_be_trusted(tmp_path: Path) -> None:
    """All its calls are untrusted, constants included, and nothing happens before a person has said so."""
    SAID.append(GOOD.replace("{{ inputs.who }}", "mallory"))
    parent = PARENT.replace(
        "with: {who: ana}", "with: {who: ana}, human: [{when: \"'untrusted' in labels\", timeout: 1h}]"
    )
    async with session("sqlite", tmp_path, draft, pay, close) as hf:
        run = await hf.start(write(tmp_path, "parent", parent))
        with anyio.fail_after(10):
            assert "waiting" == (await run.result()).status
        assert [] == PAID
    async with session("sqlite", tmp_path, draft, pay, close) as hf:
        (review,) = await hf.reviews()
        run = await hf.resume(run.id)
        await hf.decide(review.review.id, holdfast.Decision("approve", None, by="op"))
        with anyio.fail_after(10):
            assert "succeeded" == (await run.wait()).status
    assert ["mallory"] == PAID


async def test_a_long_text_is_looked_at_beside_the_other_runs(tmp_path: Path) -> None:
    """Its findings are those of a short one."""
    SAID.append(GOOD + "# " + "x" * 70_000)
    assert "succeeded" == (await outcome(tmp_path)).status
    SAID[:] = [GOOD.replace("who:", "whom:") + "# " + "x" * 70_000]
    assert "lint" == ((await outcome(tmp_path)).error or {})["code"]
    SAID[:] = ["x" * 1_048_577]
    assert "invalid" == ((await outcome(tmp_path)).error or {})["code"]
