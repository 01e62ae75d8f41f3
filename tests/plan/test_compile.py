"""From the typed document to the plan the interpreter walks."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import PlanError
from holdfast.plan.codes import CODES
from holdfast.plan.expressions import ExpressionError
from holdfast.plan.findings import FINDINGS
from holdfast.plan.load import load_plan, load_source
from holdfast.plan.program import (
    Ask,
    Block,
    Call,
    Each,
    Escalation,
    Expression,
    Parallel,
    Plan,
    Repeat,
    Retry,
    Stop,
    Switch,
    Wait,
)
from tests.plan.documents import GOOD, HEAD, ONE, step


def plan(source: str) -> Plan:
    """The compiled plan."""
    return load_source(source, "p.yaml")


def findings(source: str) -> list[tuple[str, int, int, str]]:
    """Code, line, column and message of each finding."""
    with pytest.raises(PlanError) as caught:
        plan(source)
    found = caught.value.diagnostics
    assert all(one.span for one in found)
    return [(one.code, one.span.line, one.span.column, one.message) for one in found if one.span]


def action(source: str) -> Any:
    """The action of step `a`."""
    return plan(source).steps["a"].action


def guards(source: str, name: str) -> list[tuple[str, str, bool]]:
    """A step's triggers: the moment, the queue, whether it is inherited."""
    return [(one.on, one.to, one.inherited) for one in plan(source).steps[name].human]


@pytest.mark.parametrize("source", GOOD)
def test_good_documents_compile(source: str) -> None:
    """Everything that has the form of a plan, and refers to what exists, becomes one."""
    assert "a" in plan(source).steps


def test_a_plan_knows_its_text() -> None:
    """Hash, source, file and name come from the document."""
    compiled = plan(ONE)
    assert (ONE, "p.yaml", "p") == (compiled.source, compiled.file, compiled.name)
    assert blake2b(ONE.encode(), digest_size=16).hexdigest() == compiled.hash


def test_the_root_is_the_whole_run() -> None:
    """The primary steps are a block, with the plan's fallback, deadline, triggers and abort conditions."""
    root = plan(
        ONE + "deadline: 1h\nfallback: [{id: f, tool: t}, {id: g, tool: t}]\nhuman: [{to: ops}]\n"
        "abort: [{when: spent.calls > 3, reason: r}]\n"
    ).root
    assert ("", 3600.0, ["f", "g"], ["ops"]) == (
        root.id, root.deadline, [one.id for one in root.fallback], [one.to for one in root.human]
    )  # fmt: skip
    block = cast("Block", root.action)
    assert (["a"], ["r"]) == ([one.id for one in block.steps], [one.reason for one in block.abort])
    assert 604_800.0 == plan(ONE).root.deadline


def test_all_steps_are_found_by_id() -> None:
    """Nested steps, alternatives, branches, cases and cleanup are in `steps`; the root is not."""
    compiled = plan(
        HEAD + "steps:\n- id: a\n  do: [{id: b, tool: t, fallback: [{id: c, tool: t}]}]\n"
        "- {id: d, parallel: {l: [{id: e, tool: t}], r: [{id: f, tool: t}]}}\n"
        "- {id: g, switch: [{do: [{id: h, tool: t}]}]}\nfallback: [{id: i, tool: t}]\ncleanup: [{id: j, tool: t}]\n"
    )
    assert list("abcdefghij") == sorted(compiled.steps)
    assert [0, 1, 2] == [compiled.steps[name].position for name in "adg"]


def test_ids_are_unique_in_the_whole_plan() -> None:
    """A second use names the first, wherever the two stand."""
    [(code, line, column, message)] = findings(ONE + "cleanup: [{id: a, tool: t}]\n")
    assert ("HF025", 6, 16) == (code, line, column)
    assert "the first is in line 4, column 7" in message


def test_defaults_hold_for_tool_steps_only_and_the_step_wins() -> None:
    """Timeout and retry reach calls, also in fallbacks and cleanup, and nothing else."""
    compiled = plan(
        HEAD + "defaults: {timeout: 3s, retry: 2}\nsteps:\n- id: a\n"
        "  do: [{id: b, tool: t, timeout: 9s, fallback: [{id: c, tool: t}]}]\n"
        "- {id: d, wait: 1s}\ncleanup: [{id: e, tool: t, retry: {attempts: 5, delay: 1s}}]\n"
    )
    assert {"a": None, "b": 9.0, "c": 3.0, "d": None, "e": 3.0} == {
        name: one.timeout for name, one in compiled.steps.items()
    }
    tries = {name: one.retry.attempts if one.retry else None for name, one in compiled.steps.items()}
    assert {"a": None, "b": 2, "c": 2, "d": None, "e": 5} == tries


def test_without_defaults_the_contract_speaks() -> None:
    """A call that says nothing has no retry and no timeout of its own."""
    assert (None, None) == (plan(ONE).steps["a"].retry, plan(ONE).steps["a"].timeout)


def test_a_retry_map_gives_every_field() -> None:
    """All keys arrive, durations in seconds."""
    source = (
        "tool: t, retry: {attempts: 4, delay: 1s, factor: 3, max_delay: 1m, jitter: equal, on: [timeout],"
        " never: [denied], max_elapsed: 1h, fresh: true}"
    )
    expected = Retry(
        attempts=4, delay=1.0, factor=3.0, max_delay=60.0, jitter="equal", on=frozenset({"timeout"}),
        never=frozenset({"denied"}), max_elapsed=3600.0, fresh=True,
    )  # fmt: skip
    assert expected == plan(step(source)).steps["a"].retry
    assert 3 == cast("Retry", plan(step("tool: t, retry: {delay: 1s}")).steps["a"].retry).attempts


NESTED = (
    HEAD + "defaults: {human: [{to: default}]}\nhuman: [{to: plan}, {on: failure, to: planfail}]\nsteps:\n- id: a\n"
    "  human: [{to: block}, {on: unknown_outcome, to: unknown}, {on: after, to: after}]\n"
    "  do: [{id: b, tool: t, human: [{to: own}, {on: failure, to: ownfail}], fallback: [{id: c, tool: t}]}]\n"
    "  fallback: [{id: d, tool: t}]\ncleanup: [{id: e, tool: t}]\n"
)


def test_calls_inherit_the_triggers_around_them() -> None:
    """`before` and `unknown_outcome` of blocks, plan and defaults guard every call inside, alternatives included."""
    around = [("before", "plan", True), ("before", "default", True)]
    block = [("before", "block", True), ("unknown_outcome", "unknown", True), *around]
    assert [("before", "own", False), ("failure", "ownfail", False), *block] == guards(NESTED, "b")
    assert [("before", "own", True), *block] == guards(NESTED, "c")
    assert block == guards(NESTED, "d")
    assert around == guards(NESTED, "e")


def test_blocks_keep_their_own_triggers_only() -> None:
    """What is judged at a block's own failure or end stays with the block."""
    expected = [("before", "block", False), ("unknown_outcome", "unknown", False), ("after", "after", False)]
    assert expected == guards(NESTED, "a")
    assert [("before", "plan"), ("failure", "planfail")] == [(one.on, one.to) for one in plan(NESTED).root.human]


def test_defaults_cannot_hold_triggers_that_nothing_inherits() -> None:
    """`on: failure` in the defaults would be without effect, so it is refused."""
    assert [("HF031", 6, 25)] == [one[:3] for one in findings(ONE + "defaults: {human: [{on: failure}]}\n")]


def test_triggers_of_a_loop_see_its_item() -> None:
    """They are judged at the calls inside, where the item has a name."""
    source = step("do: [{id: b, tool: t}], each: {in: inputs, as: lead}, human: [{when: lead.score > 3}]")
    assert ["b"] == [name for name, one in plan(source).steps.items() if one.human and one.human[0].inherited]


def test_actions_are_compiled() -> None:
    """Each action has its parts."""
    looped = "each: {in: inputs.x, as: x, key: x.id, concurrency: 2, on_failure: continue, max: 9}"
    source = step(f"do: [{{id: b, tool: t, fallback: [{{id: c, tool: t}}]}}], {looped}")
    each = cast("Each", action(source + "inputs: {x: {type: array}}\n"))
    assert ("inputs.x", "x", 2, "continue", 9, {"b", "c"}) == (
        each.items.source, each.name, each.concurrency, each.on_failure, each.max, set(each.ids)
    )  # fmt: skip
    repeat = cast("Repeat", action(step("do: [{id: b, tool: t}], repeat: {max: 3, every: 2s, until: steps.b.output}")))
    assert (3, 2.0, {"b"}) == (repeat.max, repeat.every, set(repeat.ids))
    wait = cast("Wait", action(step("wait: {event: e, timeout: 1m, on_timeout: continue}")))
    assert ("e", 60.0, "continue", None) == (wait.event, wait.timeout, wait.on_timeout, wait.duration)
    assert 600.0 == action(step("wait: 10m")).duration
    switch = cast("Switch", action(step("switch: [{when: true, do: [{id: b, tool: t}]}, {do: [{id: c, tool: t}]}]")))
    assert ["true", None] == [when and when.source for when, _ in switch.cases]
    stop = cast("Stop", action(step("stop: {status: failed, reason: 'no {{ run.id }}'}")))
    assert ("failed", {"run.id"}, None) == (stop.status, stop.reason and stop.reason.reads, stop.output)
    call = cast("Call", action(ONE))
    assert ("x.y", {}) == (call.tool, call.arguments.render({}))


def test_a_list_may_stand_where_items_are_an_expression() -> None:
    """`in: [1, 2]` is a list to YAML; templates in it are templates."""
    items = action(step("do: [{id: b, tool: t}], each: {in: [1, '{{ run.user }}']}")).items
    assert ({"run.user"}, [1, "me"]) == (items.reads, items.evaluate({"run": {"user": "me"}}))


def test_a_default_answer_is_used_when_nobody_answers() -> None:
    """`default` implies `on_timeout: default`; null is an answer too."""
    ask = cast("Ask", action(step("ask: {question: q, options: [1], default: null, timeout: 1m}")))
    assert ("default", None) == (ask.on_timeout, ask.default and ask.default.render({}))
    ask = cast("Ask", action(step("ask: {question: q, options: [1]}")))
    assert ("fail", None) == (ask.on_timeout, ask.default)
    assert ["HF024"] == [one[0] for one in findings(step("ask: {question: q, options: [1], on_timeout: default}"))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ask: {question: q, options: [1], on_timeout: {escalate: {to: b}}}", "`escalate` needs a `timeout`"),
        (
            "ask: {question: q, options: [1], timeout: 1m, on_timeout: {escalate: {to: b, on_timeout: default}}}",
            "`on_timeout: default` needs a `default`",
        ),
        (
            "tool: t, human: [{to: a, timeout: 1m, approvals: 2, on_timeout: {escalate: {to: requester}}}]",
            "this stage needs 2 approvals, and `requester` is one person",
        ),
        (
            "tool: t, human: [{to: a, timeout: 1m, separate: true, on_timeout: {escalate: {to: requester}}}]",
            "`separate: true` keeps whoever started the run from deciding",
        ),
        (
            "tool: t, human: [{on: failure, timeout: 1m, on_timeout: {escalate: {to: b, approvals: 2}}}]",
            "`approvals: 2` goes with `decision: approve` before or after a step only",
        ),
    ],
)
def test_a_stage_that_never_comes_or_that_nobody_could_answer_is_refused(text: str, said: str) -> None:
    """Escalations are read to their end."""
    ((code, _, _, message),) = findings(step(text))
    assert ("HF024", True) == (code, said in message), message


def test_a_stage_asks_as_many_as_the_trigger_unless_it_says_otherwise() -> None:
    """What is kept is only what differs from the stage before."""
    stages = "{escalate: {to: b, timeout: 1h, approvals: 1, on_timeout: {escalate: {to: c, timeout: 1h}}}}"
    source = step(f"tool: t, human: [{{to: a, timeout: 1h, approvals: 2, on_timeout: {stages}}}]")
    (trigger,) = plan(source).steps["a"].human
    board = Escalation(to="c", timeout=3600.0, approvals=2)
    assert Escalation(to="b", timeout=3600.0, on_timeout="escalate", escalate=board, approvals=1) == trigger.escalate


@pytest.mark.parametrize(("join", "wanted"), [("all", None), ("any", 1), ("2", 2), ("1", 1)])
def test_joins_are_numbers(join: str, wanted: int | None) -> None:
    """`all` is None, `any` is one."""
    source = step(f"parallel: {{l: [{{id: b, tool: t}}], r: [{{id: c, tool: t}}]}}, join: {join}")
    assert wanted == cast("Parallel", action(source)).join


def test_timers_are_armed_for_elapsed_time() -> None:
    """The constants that `spent.elapsed` is compared with are known before the run."""
    block = cast("Block", plan(ONE + "abort: [{when: spent.elapsed > 60 or spent.calls > 5}]\n").root.action)
    assert ((60.0,),) == tuple(rule.elapsed for rule in block.abort)


def test_tools_and_grants() -> None:
    """Every tool that is named counts, those that undo included; without `tools:` they are what is granted."""
    source = step("tool: t.b, compensate: {tool: t.a}")
    assert (frozenset({"t.a", "t.b"}), ("t.a", "t.b")) == (plan(source).tools, plan(source).grants)
    assert ("t.*", "x") == plan(source + "tools: [t.*, x]\n").grants
    assert [("HF026", 4, 17), ("HF026", 4, 41)] == [one[:3] for one in findings(source + "tools: [u.*]\n")]


def test_inputs() -> None:
    """A default makes an input optional, even null; the schema is left without our own keys."""
    inputs = plan(ONE + "inputs: {a: {type: string}, b: {type: 'null', default: null, secret: true}}\n").inputs
    assert (True, False, {"type": "string"}) == (inputs["a"].required, inputs["a"].secret, inputs["a"].schema)
    assert (False, True, {"type": "null"}) == (inputs["b"].required, inputs["b"].secret, inputs["b"].schema)


def test_cleanup_has_its_own_deadline() -> None:
    """A plain list has ten minutes."""
    assert 600.0 == plan(ONE + "cleanup: [{id: c, tool: t}]\n").cleanup_deadline
    assert 60.0 == plan(ONE + "cleanup: {deadline: 1m, steps: [{id: c, tool: t}]}\n").cleanup_deadline
    assert plan(ONE).cleanup is None


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (ONE + "  when: steps.b.output\n", ("HF103", 6, 9, "the plan has no step `b`")),
        (
            ONE + "  when: 3 > step.a and steps.aa.output\n",
            ("HF103", 6, 24, "the plan has no step `aa`: did you mean `a`?"),
        ),
        (
            ONE + "  with: {q: 'x {{ inputs.orgin }}'}\ninputs: {origin: {}}\n",
            ("HF104", 6, 19, "the plan has no input `orgin`: did you mean `origin`?"),
        ),
        (
            ONE + "  with:\n    q: |\n      one\n      {{ stps.a }}\n",
            ("HF102", 9, 10, "`stps` is not defined here: did you mean `steps`"),
        ),
        (ONE + "  when: facts.x\n", ("HF105", 6, 9, "the plan has no fact `x`")),
        (ONE + "  when: run.usr\n", ("HF106", 6, 9, "`run` has no `usr`: did you mean `user`?")),
        (ONE + "  when: steps.a.id\n", ("HF106", 6, 9, "`steps.a` has no `id`")),
        (ONE + "  when: item.x\n", ("HF102", 6, 9, "`item` is not defined here")),
        (ONE + "  when: '{{ run.id }}'\n", ("HF107", 6, 10, "this is an expression already")),
        (ONE + "  when: 1 +\n", ("HF101", 6, 12, "")),
        (ONE + "  when: '''x''.upper()'\n", ("HF101", 6, 0, "")),
        (ONE + "  with: {q: 'a {{ 1 + }}'}\n", ("HF101", 6, 0, "")),
        (ONE + "output: '{{ steps.b.output }}'\n", ("HF103", 6, 13, "the plan has no step `b`")),
        (
            step("ask: {question: '{{ secrets.a }}', options: [1]}"),
            ("HF102", 4, 31, "`secrets` may be read inside `with`"),
        ),
        (
            step("parallel: {l: [{id: b, tool: t}]}, join: 2"),
            ("HF027", 4, 52, "`join: 2` waits for 2 branches, and there are 1"),
        ),
        (
            step("switch: [{do: [{id: b, tool: t}]}, {do: [{id: c, tool: t}]}]"),
            ("HF028", 4, 20, "a case without `when`"),
        ),
        (
            step("do: [{id: b, tool: t}], each: {in: x, as: steps}").replace("in: x", "in: inputs"),
            ("HF032", 4, 58, "`steps` has a meaning in expressions already"),
        ),
        (
            step("ask: {question: q, schema: {type: strng}}"),
            ("HF029", 4, 45, "`strng` is no type of JSON: did you mean `string`?"),
        ),
        (
            ONE + "inputs: {a: {typ: string}}\n",
            ("HF017", 6, 14, "`typ` is no keyword of JSON Schema: did you mean `type`?"),
        ),
        (ONE + "inputs: {a: {minLength: -1}}\n", ("HF029", 6, 25, "this is not a JSON Schema")),
        (ONE + "inputs: {a: {type: integer, default: x}}\n", ("HF030", 6, 38, "the default of `a` does not fit")),
        (ONE + "inputs: {a: {enum: [1, 2], default: 3}}\n", ("HF030", 6, 37, "the default of `a` does not fit")),
        (
            ONE + "abort: [{when: spent.elapsed > inputs.a}]\ninputs: {a: {}}\n",
            ("HF109", 6, 16, "`spent.elapsed` must be compared"),
        ),
        (
            ONE + "abort: [{when: spent.calls > 1, reason: '{{ run.id }}'}]\n",
            ("HF108", 6, 41, "`reason` is shown as it is written"),
        ),
    ],
)
def test_what_does_not_fit_together_is_named_where_it_stands(source: str, found: tuple[str, int, int, str]) -> None:
    """One finding each, with the column inside the scalar; column 0 leaves it to the expressions' own tests."""
    code, line, column, message = found
    [(its_code, its_line, its_column, words)] = findings(source)
    assert (code, line, message) == (its_code, its_line, words[: len(message)])
    assert column in {0, its_column}


def test_an_expression_that_fails_later_still_knows_its_place() -> None:
    """Compiled expressions carry their place in the file for the messages of a run."""
    when = cast("Expression", plan(ONE + "  when: steps.a.output.price > 3\n").steps["a"].when)
    with pytest.raises(ExpressionError, match=r"p\.yaml:6:9"):
        when.evaluate({"steps": {"a": {"output": {}}}})


@given(st.data())
def test_a_damaged_plan_is_refused_and_nothing_worse(data: st.DataObject) -> None:
    """Whatever is cut out of a plan or put into it, the answer is a plan or findings with places."""
    source = data.draw(st.sampled_from(GOOD))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(source)))
        end = data.draw(st.integers(start, min(start + 6, len(source))))
        put = data.draw(
            st.sampled_from(["", "{{", "}}", ": ", "- ", "[", "'", '"', "\n", "null", "5", "&a ", "*a", "\t", "|", "a"])
        )
        source = source[:start] + put + source[end:]
    found = ()
    try:
        plan(source)
    except PlanError as error:
        found = error.diagnostics
    assert all(one.span and one.render() for one in found)


def test_a_plan_is_compiled_once_per_content() -> None:
    """The same text under the same name is the same object; another name is another plan, for its messages."""
    assert load_source(ONE, "p.yaml") is load_source(ONE.encode(), "p.yaml")
    assert "q.yaml" == load_source(ONE, "q.yaml").file


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    """A missing file suggests its neighbour; a folder is not a plan."""
    (tmp_path / "hello.yaml").write_text(ONE)
    assert "p" == load_plan(tmp_path / "hello.yaml").name
    for name, why in {"helo.yaml": "did you mean", "": "is a folder", "no/where.yaml": "there is no folder"}.items():
        with pytest.raises(PlanError) as caught:
            load_plan(tmp_path / name)
        assert ("HF001", True) == (caught.value.diagnostics[0].code, why in str(caught.value))


def test_the_codes_are_the_interpreters() -> None:
    """Plans and the interpreter know the same closed set of error codes; every kind of finding has its own number."""
    from holdfast.core.failure import CODES as OF_CORE

    assert CODES == OF_CORE
    assert len(FINDINGS) == len(set(FINDINGS.values()))
