"""Blocks, loops, branches, fallbacks, compensation and ends: rules 12 to 18 of the hard cases."""

from __future__ import annotations

import pytest

from holdfast.core.actions import CancelCall
from holdfast.core.events import CallIntended, CompensationIntended, StepFailed, StepSkipped, StepSucceeded, UndoStarted
from tests.core.world import World


def _result(world: World, step: str) -> object:
    return world.state.scope.results[step]


# --- blocks and expressions ----------------------------------------------------------------------------------------------


def test_a_block_gives_its_last_step_or_its_own_output() -> None:
    """`do`: the output of the last step, or its own `output:`."""
    world = World(
        "steps: [{id: a, do: [{id: x, tool: t.read}, {id: y, tool: t.read}]}, {id: b, do: [{id: z, set: {q: 1}}], output: own}]"
    )
    world.returns("a/x", 1)
    world.returns("a/y", 2)
    assert [2, "own"] == [_result(world, "a")["output"], _result(world, "b")["output"]]  # type: ignore[index]


def test_a_step_whose_condition_does_not_hold_is_skipped() -> None:
    """`when`: status `skipped`, output null."""
    world = World("steps: [{id: a, when: 1 > 2, tool: t.read}, {id: b, set: {s: '{{ steps.a.status }}'}}]")
    assert (1, {"s": "skipped"}) == (world.count(StepSkipped), world.state.facts)


@pytest.mark.parametrize(
    "step",
    [
        "{id: a, when: steps.b.output, tool: t.read}",
        "{id: a, tool: t.read, with: {x: '{{ steps.b.output }}'}}",
        "{id: a, each: {in: steps.b.output}, do: [{id: c, set: {x: 1}}]}",
        "{id: a, each: {in: '[1]', key: steps.b.output}, do: [{id: c, set: {x: 1}}]}",
        "{id: a, switch: [{when: steps.b.output, do: [{id: c, set: {x: 1}}]}]}",
        "{id: a, ask: {to: r, question: '{{ steps.b.output }}', options: [x], timeout: 1m}}",
        "{id: a, wait: {until: '{{ steps.b.output }}'}}",
        "{id: a, wait: {until: tomorrow}}",
        "{id: a, wait: {until: '{{ true }}'}}",
        "{id: a, set: {x: '{{ steps.b.output }}'}}",
        "{id: a, stop: {status: succeeded, reason: '{{ steps.b.output }}'}}",
        "{id: a, do: [{id: c, set: {x: 1}}], output: '{{ steps.b.output }}'}",
        "{id: a, repeat: {until: steps.b.output, max: 2}, do: [{id: c, set: {x: 1}}]}",
        "{id: a, each: {in: \"'text'\"}, do: [{id: c, set: {x: 1}}]}",
        "{id: a, each: {in: '[1, 2]', max: 1}, do: [{id: c, set: {x: 1}}]}",
        "{id: a, each: {in: '[1, 1]', key: item}, do: [{id: c, set: {x: 1}}]}",
        "{id: a, ask: {to: r, question: q, schema: {}, timeout: 1m, on_timeout: default, default: '{{ steps.b.output }}'}}",
    ],
)
def test_what_cannot_be_evaluated_fails_its_step_with_invalid(step: str) -> None:
    """The step fails, its fallback may apply, and nothing hangs."""
    world = World(f"steps: [{step}, {{id: b, tool: t.read}}]")
    if world.mind.next_due() is not None and not world.state.finished:
        world.tick()
    assert (world.outcome.status, world.outcome.error.code) == ("failed", "invalid")


def test_the_first_case_that_holds_is_taken() -> None:
    """`switch`: one case, the last without a condition, or none at all."""
    text = "inputs: {n: {type: integer}}\nsteps: [{id: s, switch: [{when: inputs.n == 1, do: [{id: a, set: {x: one}}]}, %s]}]"
    other = "{do: [{id: b, set: {x: other}}]}"
    assert World(text % other, {"n": 1}).state.facts == {"x": "one"}
    assert World(text % other, {"n": 2}).state.facts == {"x": "other"}
    world = World(text % "{when: false, do: [{id: b, set: {x: other}}]}", {"n": 3})
    assert (world.outcome.status, world.state.facts) == ("succeeded", {})


def test_a_rejected_output_of_an_alternative_is_not_asked_about_again() -> None:
    """The person's no fails the alternative; the next one is tried, and its output asked about."""
    steps = (
        "[{id: a, tool: t.read, human: [{on: after, to: r}], fallback: [{id: b, set: {q: 1}}, {id: c, set: {q: 2}}]}]"
    )
    world = World(f"steps: {steps}")
    world.fails("a", "denied")
    world.answers("reject")
    world.answers("approve")
    assert ("succeeded", "c") == (world.status, _result(world, "a")["via"])  # type: ignore[index]


# --- loops ---------------------------------------------------------------------------------------------------------------


def test_each_gives_a_list_and_runs_as_many_at_once_as_it_may() -> None:
    """Outputs in the order of the items, whatever the order of the answers."""
    world = World(
        "steps: [{id: l, each: {in: '[10, 20, 30]', concurrency: 2}, do: [{id: a, tool: t.read, with: {n: '{{ item + index }}'}}]}]"
    )
    assert world.in_flight() == ["l[0]/a", "l[1]/a"]
    world.returns("l[1]/a", "b")
    assert world.in_flight() == ["l[0]/a", "l[2]/a"]
    world.returns("l[2]/a", "c")
    world.returns("l[0]/a", "a")
    assert _result(world, "l")["output"] == ["a", "b", "c"]  # type: ignore[index]


def test_steps_in_a_loop_are_this_iterations_inside_and_a_list_outside() -> None:
    """`steps.X` within a loop and after it."""
    world = World(
        """
steps:
  - id: l
    each: {in: "[1, 2]"}
    do: [{id: a, set: {x: "{{ item }}"}}, {id: b, set: {y: "{{ steps.a.output.x }}"}}]
  - {id: c, set: {all: "{{ steps.b | map(attribute='output.y') }}", first: "{{ steps.b[0].output.y }}", some: "{{ steps.b[:1] }}"}}
"""
    )
    assert (world.state.facts["all"], world.state.facts["first"]) == ([1, 2], 1)
    assert world.state.facts["some"][0]["status"] == "succeeded"  # type: ignore[index]


def test_a_loop_stops_or_goes_on_when_an_item_fails() -> None:
    """`on_failure: stop` lets what runs end and starts no more; `continue` puts null for the item."""
    text = "steps: [{id: l, each: {in: '[1, 2, 3]', concurrency: 2, on_failure: %s}, do: [{id: a, tool: t.read}]}]"
    world = World(text % "stop")
    world.fails("l[0]/a", "invalid")
    assert world.in_flight() == ["l[1]/a"]
    world.returns("l[1]/a")
    assert (world.outcome.status, world.count(CallIntended)) == ("failed", 2)
    world = World(text % "continue")
    world.fails("l[0]/a", "invalid")
    world.returns("l[1]/a", 2)
    world.returns("l[2]/a", 3)
    assert _result(world, "l")["output"] == [None, 2, 3]  # type: ignore[index]


def test_an_empty_loop_is_done() -> None:
    """No items, an empty list."""
    assert _result(World("steps: [{id: l, each: {in: '[]'}, do: [{id: a, set: {x: 1}}]}]"), "l")["output"] == []  # type: ignore[index]


def test_repeat_goes_on_until_its_condition_holds() -> None:
    """Rounds are `[n]`, with a pause between them; the output is the last round's."""
    world = World(
        "steps: [{id: r, repeat: {until: output == 'ready', max: 5, every: 10s}, do: [{id: a, tool: t.read}]}]"
    )
    world.returns("r[0]/a", "wait")
    assert (world.in_flight(), (world.mind.next_due() or 0) - world.now) == ([], 10.0)
    world.tick()
    world.returns("r[1]/a", "ready")
    assert _result(world, "r")["output"] == "ready"  # type: ignore[index]


def test_repeat_is_bounded() -> None:
    """`max` rounds: then it fails; without a condition it is done."""
    text = "steps: [{id: r, repeat: {%s max: 2}, do: [{id: a, set: {x: 1}}]}]"
    assert World(text % "until: 1 > 2,").outcome.error.code == "failed_precondition"
    assert World(text % "").outcome.status == "succeeded"


# --- retry of a block ------------------------------------------------------------------------------------------------------

BLOCK = """
steps:
  - id: b
    retry: {attempts: 3, delay: 1s%s}
    do:
      - {id: look, tool: t.read}
      - {id: w, tool: t.write, with: {n: "{{ steps.look.output }}"}, compensate: {tool: t.undo, with: {x: "{{ output }}"}}}
      - {id: last, tool: t.read}
"""


def test_a_block_tried_again_keeps_its_writes_and_reads_again() -> None:
    """Rule 13: succeeded writes keep their results; reads run again."""
    world = World(BLOCK % "")
    world.returns("b/look", 1)
    world.returns("b/w", "done")
    world.fails("b/last", "timeout")
    world.tick()
    assert world.in_flight() == ["b/look"]
    world.returns("b/look", 2)
    assert world.in_flight() == ["b/last"]
    assert world.count(CallIntended, lambda event: event.tool == "t.write") == 1
    assert (world.last(StepSucceeded).address, world.last(StepSucceeded).via) == ("b/w", "kept")


def test_a_write_that_did_not_happen_gets_a_new_revision_for_new_arguments() -> None:
    """Rule 13: the same key with other arguments would be a mismatch."""
    world = World((BLOCK % "").replace("tool: t.read}\n      - {id: w", "tool: t.read}\n      - {id: w"))
    world.returns("b/look", 1)
    world.fails("b/w", "rate_limited")
    world.tick()
    world.returns("b/look", 2)
    assert world.key == "u:demo:t:b/w#2"


def test_fresh_undoes_the_writes_first_and_then_all_is_new() -> None:
    """`fresh: true` (rule 13)."""
    world = World(BLOCK % ", fresh: true")
    world.returns("b/look", 1)
    world.returns("b/w", "done")
    world.fails("b/last", "timeout")
    assert world.in_flight() == ["b/w~undo"]
    world.returns("b/w~undo")
    world.tick()
    world.returns("b/look", 1)
    assert world.key == "u:demo:t:b/w#2"
    assert world.ledger["t.write", "u:demo:t:b/w"] == "compensated"


def test_answers_are_kept_too() -> None:
    """Nobody is asked twice because a block is tried again."""
    world = World(
        "steps: [{id: b, retry: 2, do: [{id: q, ask: {to: r, question: q, options: [x], timeout: 1m}}, {id: a, tool: t.read}]}]"
    )
    world.answers("choose", "x")
    world.fails("b/a", "timeout")
    world.tick()
    assert (world.in_flight(), world.state.reviews) == (["b/a"], {})


def test_loops_branches_and_switches_start_over_on_retry() -> None:
    """Every composite can be tried again."""
    for action in (
        "each: {in: '[1]'}, do: [{id: a, tool: t.read}]",
        "repeat: {max: 1}, do: [{id: a, tool: t.read}]",
        "parallel: {p: [{id: a, tool: t.read}]}",
        "switch: [{do: [{id: a, tool: t.read}]}]",
    ):
        world = World(f"steps: [{{id: c, retry: 2, {action}}}]")
        address = world.in_flight()[0]
        world.fails(address, "timeout")
        world.tick()
        world.returns(address)
        assert world.outcome.status == "succeeded"


# --- parallel --------------------------------------------------------------------------------------------------------------

RACE = """
steps:
  - id: p
    join: %s
    on_failure: %s
    losers: %s
    parallel:
      left: [{id: a, tool: t.write, with: {n: 1}, compensate: {tool: t.undo, with: {}}}, {id: a2, tool: t.read}]
      right: [{id: b, tool: t.read}]
"""


def test_all_branches_give_a_map() -> None:
    """`join: all`: outputs by branch."""
    world = World(RACE % ("all", "cancel", "undo"))
    world.returns("p/right/b", "r")
    world.returns("p/left/a")
    world.returns("p/left/a2", "l")
    assert _result(world, "p")["output"] == {"left": "l", "right": "r"}  # type: ignore[index]


def test_losers_are_cancelled_and_undone_before_the_join_completes() -> None:
    """Rule 16: their reads stop, their completed writes are undone, and then the join is done."""
    world = World(RACE % ("any", "cancel", "undo"))
    world.returns("p/left/a")
    world.returns("p/right/b", "won")
    assert [type(action) for action in world.turn.actions][:1] == [CancelCall]
    assert world.in_flight() == ["p/left/a~undo"]
    world.returns("p/left/a~undo")
    assert _result(world, "p")["output"] == {"left": None, "right": "won"}  # type: ignore[index]


def test_losers_may_be_kept() -> None:
    """`losers: keep` opts out of undoing."""
    world = World(RACE % ("1", "cancel", "keep"))
    world.returns("p/left/a")
    world.returns("p/right/b", "won")
    assert (world.outcome.status, world.count(UndoStarted)) == ("succeeded", 0)


def test_a_losers_write_in_flight_is_settled_first() -> None:
    """Rule 16: a write is never cut off; the join waits for it, and undoes it."""
    world = World(RACE % ("any", "cancel", "undo"))
    world.returns("p/right/b", "won")
    assert world.in_flight() == ["p/left/a"]
    world.fails("p/left/a", "timeout")
    world.tick()
    world.returns("p/left/a")
    assert world.in_flight() == ["p/left/a~undo"]


def test_a_failed_branch_cancels_its_siblings() -> None:
    """`on_failure: cancel`: the first failure decides."""
    world = World(RACE % ("all", "cancel", "undo"))
    world.fails("p/right/b", "invalid")
    assert world.in_flight() == ["p/left/a"]
    world.fails("p/left/a", "conflict")
    assert world.outcome.error.code == "invalid"


def test_finish_lets_the_others_end_and_collect_never_fails() -> None:
    """`on_failure: finish` and `collect`."""
    world = World(RACE % ("all", "finish", "undo"))
    world.fails("p/right/b", "invalid")
    world.returns("p/left/a")
    assert world.in_flight() == ["p/left/a2"]
    world.returns("p/left/a2")
    assert world.outcome.status == "failed"
    world = World(RACE % ("all", "collect", "undo"))
    world.fails("p/right/b", "invalid")
    world.returns("p/left/a")
    world.returns("p/left/a2", "l")
    assert _result(world, "p")["output"] == {"left": "l", "right": None}  # type: ignore[index]


# --- fallbacks -------------------------------------------------------------------------------------------------------------


def test_alternatives_see_the_error_and_are_tried_in_order() -> None:
    """The first that applies and succeeds gives the output; `via` says which."""
    world = World(
        """
steps:
  - id: a
    tool: t.read
    fallback:
      - {id: no, when: error.code == 'conflict', set: {x: 0}}
      - {id: odd, when: error.nothing.there, set: {x: 0}}
      - {id: f1, tool: t.read, with: {why: "{{ error.code }}"}}
      - {id: f2, set: {saw: "{{ error.message }}"}}
"""
    )
    world.fails("a", "invalid")
    assert world.last(CallIntended).args == {"why": "invalid"}
    world.fails("a/f1", "denied", message="go away")
    result = _result(world, "a")
    assert ("f2", {"saw": "go away"}) == (result["via"], result["output"])  # type: ignore[index]


def test_an_optional_failure_is_recorded_and_the_block_goes_on() -> None:
    """`optional: true`."""
    world = World("steps: [{id: a, tool: t.read, optional: true}, {id: b, set: {s: '{{ steps.a.error.code }}'}}]")
    world.fails("a", "not_found")
    assert (world.outcome.status, world.state.facts) == ("succeeded", {"s": "not_found"})


def test_the_plans_fallback_gives_its_own_output_or_null() -> None:
    """Rule 15: status succeeded, via fallback; the plan's `output` belongs to the primary steps."""
    text = "output: {x: '{{ steps.a.output }}'}\nsteps: [{id: a, tool: t.read}]\nfallback: [%s]"
    world = World(text % "{id: f, do: [{id: g, set: {x: 1}}], output: instead}")
    world.fails("a", "invalid")
    assert ("succeeded", "fallback", "instead") == (world.outcome.status, world.outcome.via, world.outcome.output)
    world = World(text % "{id: f, tool: t.read}")
    world.fails("a", "invalid")
    world.returns("f", 1)
    assert ("succeeded", None) == (world.outcome.status, world.outcome.output)
    world = World(text % "{id: f, tool: t.read}")
    world.fails("a", "invalid")
    world.fails("f", "denied")
    assert ("failed", "denied") == (world.outcome.status, world.outcome.error.code)


def test_undo_first_undoes_before_the_fallback_starts() -> None:
    """Rule 14."""
    world = World(
        """
steps:
  - id: a
    undo_first: true
    do: [{id: w, tool: t.write, with: {n: 1}, compensate: {tool: t.undo, with: {}}}, {id: x, tool: t.read}]
    fallback: [{id: f, set: {x: 1}}]
"""
    )
    world.returns("a/w")
    world.fails("a/x", "invalid")
    assert world.in_flight() == ["a/w~undo"]
    world.returns("a/w~undo")
    assert (world.outcome.status, world.state.facts) == ("succeeded", {"x": 1})


# --- compensation and ends ---------------------------------------------------------------------------------------------------

SAGA = """
on_failure: compensate
steps:
  - {id: a, tool: t.write, with: {n: 1}, compensate: {tool: t.undo, with: {x: "{{ output }}", n: "{{ args.n }}"}}}
  - {id: b, tool: t.write, with: {n: 2}, compensate: {tool: t.undo, with: {x: "{{ output }}"}}}
  - {id: c, tool: t.read}
cleanup: [{id: tidy, tool: t.read, with: {why: "{{ error.code }}"}}]
"""


def test_a_failed_saga_is_undone_in_reverse_and_then_cleaned_up() -> None:
    """`on_failure: compensate`: the last effect first, each once; then cleanup, which sees the error."""
    world = World(SAGA)
    world.returns("a", "A")
    world.returns("b", "B")
    world.fails("c", "invalid")
    assert (world.in_flight(), world.last(CallIntended).args) == (["b~undo"], {"x": "B"})
    world.returns("b~undo")
    assert (world.in_flight(), world.last(CallIntended).args) == (["a~undo"], {"x": "A", "n": 1})
    world.returns("a~undo")
    assert (world.in_flight(), world.last(CallIntended).args) == (["~cleanup/tidy"], {"why": "invalid"})
    world.fails("~cleanup/tidy", "denied")
    assert ("failed", "invalid") == (world.outcome.status, world.outcome.error.code)
    assert world.outcome.notes == ("cleanup failed: denied: ",)
    assert world.ledger["t.write", "u:demo:t:a"] == "compensated"


def test_an_undo_that_fails_is_retried_and_then_taken_to_a_person() -> None:
    """Each way out: again, done by hand, left standing."""
    for decision, state, notes in (("done", "compensated", 0), ("leave", "succeeded", 1), ("retry", "compensated", 0)):
        world = World(SAGA.replace("cleanup", "description: x\nlabels"[:0] + "cleanup"))
        world.returns("a", "A")
        world.returns("b", "B")
        world.fails("c", "invalid")
        for _ in range(4):
            world.fails("b~undo", "rate_limited")
            world.tick()
        world.fails("b~undo", "rate_limited")
        assert [review.kind for review in world.state.reviews.values()] == ["undo"]
        world.answers(decision)
        if decision == "retry":
            world.tick()
            world.returns("b~undo")
        world.returns("a~undo")
        world.returns("~cleanup/tidy")
        assert (world.ledger["t.write", "u:demo:t:b"], len(world.outcome.notes)) == (state, notes)


def test_an_undo_whose_arguments_cannot_be_made_goes_to_a_person() -> None:
    """A compensation is never dropped."""
    world = World(
        "on_failure: compensate\nsteps: [{id: a, tool: t.write, with: {n: 1}, compensate: {tool: t.undo, with: {x: '{{ output.id }}'}}}, {id: c, tool: t.read}]"
    )
    world.returns("a", None)
    world.fails("c", "invalid")
    assert [review.kind for review in world.state.reviews.values()] == ["undo"]
    world.answers("leave")
    assert world.outcome.notes[0].startswith("not undone: a")


def test_a_reused_or_handmade_output_is_never_compensated() -> None:
    """Rule 14: compensation belongs to the call that made the effect."""
    world = World(
        SAGA.replace("tool: t.write, with: {n: 1}", "tool: t.write, with: {n: 1}, fallback: [{id: f, set: {x: 1}}]")
    )
    world.fails("a", "conflict")
    world.returns("b", "B")
    world.fails("c", "invalid")
    world.returns("b~undo")
    assert world.count(CompensationIntended) == 1


def test_abort_conditions_are_looked_at_whenever_what_they_read_changes() -> None:
    """Section 8: no new calls, effects undone in reverse unless `compensate: false`."""
    for compensate, then in (("true", ["a~undo"]), ("false", [])):
        world = World(
            f"""
abort: [{{when: spent.failures > 1, reason: A bad day, compensate: {compensate}}}]
steps:
  - {{id: a, tool: t.write, with: {{n: 1}}, compensate: {{tool: t.undo, with: {{}}}}}}
  - {{id: b, tool: t.read, retry: 9}}
"""
        )
        world.returns("a")
        world.fails("b", "timeout")
        world.tick()
        world.fails("b", "timeout")
        assert world.in_flight() == then
        if then:
            world.returns("a~undo")
        assert ("aborted", "A bad day") == (world.outcome.status, world.outcome.error.message)


def test_a_condition_over_elapsed_time_has_a_timer() -> None:
    """Rule 17: compared with a constant, it is noticed at that instant, whatever the run waits for."""
    world = World(
        "abort: [{when: spent.elapsed > 60}]\nsteps: [{id: a, ask: {to: r, question: q, options: [x], timeout: 1h}}]"
    )
    assert 60.0 <= (world.mind.next_due() or 0) - world.now < 60.1
    world.tick()
    assert ("aborted", "spent.elapsed > 60") == (world.outcome.status, world.outcome.error.message)


def test_a_blocks_abort_condition_holds_only_while_the_block_runs() -> None:
    """Abort anywhere aborts the run; outside its block the condition says nothing."""
    text = "steps: [{id: b, do: [{id: x, set: {n: %s}}, {id: y, tool: t.read}], abort: [{when: facts.n > 1}, {when: spent.elapsed > 9}]}, {id: c, set: {n: 5}}]"
    assert World(text % 2).outcome.status == "aborted"
    world = World(text % 1)
    world.returns("b/y")
    assert (world.outcome.status, world.mind.next_due()) == ("succeeded", None)
    for loop in ("each: {in: '[1]'}", "repeat: {max: 2}"):
        text = f"steps: [{{id: b, {loop}, do: [{{id: s, set: {{n: 2}}}}], abort: [{{when: facts.n > 1}}]}}]"
        assert World(text).outcome.status == "aborted"


def test_a_condition_that_reads_what_is_not_there_is_false() -> None:
    """Rule 17."""
    assert (
        World("abort: [{when: steps.b.output > 1}]\nsteps: [{id: a, set: {x: 1}}, {id: b, set: {x: 1}}]").outcome.status
        == "succeeded"
    )


@pytest.mark.parametrize(
    ("status", "expected"), [("succeeded", "succeeded"), ("failed", "failed"), ("aborted", "aborted")]
)
def test_stop_ends_the_run_here(status: str, expected: str) -> None:
    """`stop`: status, reason, output; what runs beside it is stopped."""
    world = World(
        f"steps: [{{id: p, parallel: {{l: [{{id: a, tool: t.read}}], r: [{{id: s, stop: {{status: {status}, reason: enough, output: 7}}}}]}}}}]"
    )
    assert (expected, 7) == (world.outcome.status, world.outcome.output)
    assert world.count(StepFailed, lambda event: event.error.code == "cancelled") >= 1


def test_stop_in_cleanup_ends_only_its_step() -> None:
    """The run is ending already."""
    world = World("steps: [{id: a, set: {x: 1}}]\ncleanup: [{id: s, stop: {status: failed}}, {id: t, set: {y: 1}}]")
    assert (world.outcome.status, world.state.facts) == ("succeeded", {"x": 1, "y": 1})


def test_an_output_that_cannot_be_made_fails_the_run() -> None:
    """The plan's own `output`."""
    world = World("output: '{{ steps.a.output.nothing.there }}'\nsteps: [{id: a, set: {x: 1}}]")
    assert (world.outcome.status, world.outcome.error.code) == ("failed", "invalid")


def test_calls_are_capped_exactly_by_the_budget() -> None:
    """Rule 18: the call beyond it is not made, and the run aborts with reason `budget`."""
    world = World("budget: {calls: 1}\nsteps: [{id: a, tool: t.read}, {id: b, tool: t.read}]")
    world.returns("a")
    assert ("aborted", "budget", 1) == (world.outcome.status, world.outcome.error.code, world.count(CallIntended))


@pytest.mark.parametrize(("limit", "spent"), [("tokens: 10", {"tokens": 10}), ("cost: 0.5", {"cost": 0.6})])
def test_tokens_and_cost_count_too(limit: str, spent: dict[str, int]) -> None:
    """What calls report is added up."""
    world = World(f"budget: {{{limit}}}\nsteps: [{{id: a, tool: t.read}}, {{id: b, tool: t.read}}]")
    world.returns("a", **spent)
    assert world.outcome.error.code == "budget"


def test_a_person_may_allow_more_budget() -> None:
    """`on_exceeded: ask`: the same again, or the end."""
    text = "budget: {calls: 1, on_exceeded: ask}\nsteps: [{id: a, tool: t.read}, {id: b, tool: t.read}]"
    world = World(text)
    world.returns("a")
    world.answers("approve")
    world.returns("b")
    assert world.outcome.status == "succeeded"
    world = World(text)
    world.returns("a")
    world.answers("reject")
    assert world.outcome.error.code == "budget"


def test_compensation_and_cleanup_are_never_refused_for_lack_of_budget() -> None:
    """Rule 18."""
    world = World("budget: {calls: 1}\n" + SAGA.replace("on_failure: compensate\n", ""))
    world.returns("a")
    world.returns("a~undo")
    world.returns("~cleanup/tidy")
    assert world.outcome.error.code == "budget"


def test_a_block_with_compensate_is_undone_as_a_whole() -> None:
    """After it was done; what is inside it has its own compensation, and the last to be done is the first undone."""
    undo = "compensate: {tool: t.undo, with: {x: '{{ output }}'}}"
    world = World(
        f"on_failure: compensate\nsteps: [{{id: b, do: [{{id: w, tool: t.write, with: {{n: 1}}, {undo}}}], {undo}}}, {{id: c, tool: t.read}}]"
    )
    world.returns("b/w", "W")
    world.fails("c", "invalid")
    assert (world.in_flight(), world.key) == (["b~undo"], "u:demo:t:b~undo")
    world.returns("b~undo")
    assert world.in_flight() == ["b/w~undo"]
    world.returns("b/w~undo")
    assert world.outcome.status == "failed"


def test_a_block_that_was_saved_by_its_fallback_is_not_undone() -> None:
    """Rule 14, for blocks."""
    world = World(
        "on_failure: compensate\nsteps: [{id: b, do: [{id: r, tool: t.read}], compensate: {tool: t.undo, with: {}}, fallback: [{id: f, set: {x: 1}}]}, {id: c, tool: t.read}]"
    )
    world.fails("b/r", "invalid")
    world.fails("c", "invalid")
    assert world.count(CompensationIntended) == 0


def test_an_effect_whose_step_got_another_output_is_undone_by_its_own() -> None:
    """Rule 14: its compensation does not see what the fallback gave."""
    world = World(
        "on_failure: compensate\nsteps: [{id: a, tool: t.write, with: {n: 1}, compensate: {tool: t.undo, with: {x: '{{ output }}'}}, fallback: [{id: f, set: {x: 1}}]}, {id: c, tool: t.read}]"
    )
    world.fails("a", "bad_output")
    world.answers("fail")
    world.fails("c", "invalid")
    assert (world.in_flight(), world.last(CallIntended).args) == (["a~undo"], {"x": None})
