"""What a review of the core against the hard cases brought to light, one test for each rule that did not hold."""

from __future__ import annotations

from holdfast.core.events import EffectInFlight, EffectKnown
from tests.core.world import World

BLOCK = "  - id: d\n    retry: {attempts: 2, on: [invalid, conflict, bad_output], delay: 1s, jitter: none}\n    do:\n"


def test_an_approval_given_while_paused_starts_nothing_once_the_run_is_cancelled() -> None:
    """The answer is on record, but the cancel came before the run could act on it."""
    world = World("steps:\n  - {id: a, tool: t.write, human: [{to: x, timeout: 1h}]}\n")
    world.signals("pause")
    world.answers("approve")
    world.signals("cancel")
    assert (["cancelled"], {}) == ([world.status], world.ledger)


def test_a_cancel_looks_at_the_compensation_that_ended_during_the_pause() -> None:
    """P3: nothing that came in while the run stood still is forgotten when a cancel ends the pause."""
    world = World(
        "steps:\n  - id: p\n    parallel:\n"
        "      l: [{id: a, tool: t.write, compensate: {tool: t.undo, with: {}}}, {id: a2, tool: t.read}]\n"
        "      r: [{id: b, tool: t.read}]\n    join: any\n"
    )
    world.returns("p/l/a")
    world.returns("p/r/b")
    world.signals("pause")
    world.returns("p/l/a~undo")
    world.signals("cancel")
    assert "cancelled" == world.status


def test_an_abort_condition_that_came_true_during_a_pause_stops_the_next_call() -> None:
    """Nothing new is called between the end of the pause and the abort."""
    world = World(
        "abort: [{when: spent.failures > 0}]\nsteps:\n  - {id: a, tool: t.read, optional: true}\n"
        "  - {id: b, tool: t.write}\n"
    )
    world.signals("pause")
    world.fails("a", "invalid")
    world.signals("unpause")
    assert ("aborted", {}) == (world.status, world.ledger)


def test_an_abort_condition_true_from_the_start_lets_nothing_be_called() -> None:
    """Conditions over the inputs are looked at before the first step."""
    text = "abort: [{when: inputs.n > 0}]\ninputs: {n: {type: integer}}\nsteps:\n  - {id: b, tool: t.write}\n"
    world = World(text, {"n": 1})
    assert ("aborted", {}) == (world.status, world.ledger)


def test_time_spent_paused_does_not_count_as_elapsed() -> None:
    """A pause stops the clock of abort conditions as it stops deadlines (11-hard-cases 18)."""
    world = World("abort: [{when: spent.elapsed > 100}]\nsteps: [{id: a, wait: 1h}]\n")
    world.signals("pause")
    world.now += 5000
    world.signals("unpause")
    assert ("waiting", 100.001) == (world.status, round((world.mind.next_due() or 0) - world.now, 3))
    world.tick()
    assert "aborted" == world.status


def test_a_repeat_that_comes_due_after_the_dedup_window_goes_to_a_person() -> None:
    """P1: the other side has forgotten the key by the time the retry's delay is over (11-hard-cases 5)."""
    world = World(
        "steps:\n  - {id: b, tool: t.window, timeout: 1s, "
        "retry: {attempts: 3, delay: 20s, jitter: none, max_delay: 60s}}\n"
    )
    world.fails("b", "timeout")
    world.tick()
    assert ([], "unknown") == (world.in_flight(), next(iter(world.state.reviews.values())).kind)


def test_a_stopped_write_is_not_repeated_after_the_dedup_window_either() -> None:
    """P1: settling under a cancel keeps to the same contract."""
    world = World(
        "steps:\n  - {id: b, tool: t.window, timeout: 1s, "
        "retry: {attempts: 3, delay: 20s, jitter: none, max_delay: 60s}}\n"
    )
    world.fails("b", "timeout")
    world.signals("cancel")
    world.tick()
    assert ([], "unknown") == (world.in_flight(), next(iter(world.state.reviews.values())).kind)


def test_settles_within_counts_from_the_end_of_the_attempt() -> None:
    """P1: an attempt may begin its effect just before it times out, so a `no` at that moment is not yet a no."""
    world = World("steps:\n  - {id: b, tool: t.slow_mail, timeout: 60s}\n")
    world.now += 60
    world.fails("b", "timeout")
    world.finds_nothing("b")
    assert (["SettlingPlanned"], 30.0) == (world.kinds()[1:], (world.mind.next_due() or 0) - world.now)


def test_settles_within_counts_from_the_takeover_when_the_worker_died() -> None:
    """P1: nobody knows how long the dead worker was still busy with the call."""
    world = World("steps:\n  - {id: b, tool: t.slow_mail, timeout: 60s}\n")
    world.now += 60
    world.crashes()
    world.finds_nothing("b")
    assert ["SettlingPlanned"] == world.kinds()[1:]


def test_a_refusal_before_the_tool_began_does_not_settle_an_unknown_write() -> None:
    """P1: a secret missing on this worker (failed_precondition) says nothing of the attempt before."""
    world = World("steps:\n  - {id: b, tool: t.write, fallback: [{id: f, tool: t.write}]}\n")
    world.fails("b", "timeout")
    world.tick()
    world.fails("b", "failed_precondition", reached=False)
    assert ([], True) == (world.in_flight(), world.state.frames["b"].call.unknown)


def test_undoing_a_rejected_write_sees_what_it_gave() -> None:
    """A write happened and its output was rejected: its compensation needs that output."""
    world = World(
        "on_failure: compensate\nsteps:\n  - {id: b, tool: t.write, compensate: {tool: t.undo, with: "
        "{x: '{{ output.id }}'}}, human: [{on: after, to: x, timeout: 1h}]}\n"
    )
    world.returns("b", {"id": 7})
    world.answers("reject")
    assert {"x": 7} == dict(world.state.frames["b~undo"].call.args)


def test_undoing_a_write_whose_output_was_edited_sees_what_the_tool_gave() -> None:
    """Compensation belongs to the call that made the effect, not to a person's output (11-hard-cases 14)."""
    world = World(
        "on_failure: compensate\nsteps:\n  - {id: b, tool: t.write, compensate: {tool: t.undo, with: "
        "{x: '{{ output.id }}'}}, human: [{on: after, to: x, timeout: 1h}]}\n  - {id: c, tool: t.read}\n"
    )
    world.returns("b", {"id": 7})
    world.answers("edit", {"id": 8})
    world.fails("c", "invalid")
    assert {"x": 7} == dict(world.state.frames["b~undo"].call.args)


def test_undo_first_undoes_a_write_whose_output_was_rejected() -> None:
    """The effect of the step itself goes before its fallback starts, and only once."""
    world = World(
        "on_failure: compensate\nsteps:\n  - id: a\n    tool: t.write\n    compensate: {tool: t.undo, with: {}}\n"
        "    undo_first: true\n    human: [{on: after, to: x, timeout: 1h}]\n    fallback: [{id: f, tool: t.write}]\n"
        "  - {id: z, tool: t.read}\n"
    )
    world.returns("a", 1)
    world.answers("reject")
    assert ["a~undo"] == world.in_flight()
    world.returns("a~undo")
    assert ["a/f"] == world.in_flight()
    world.returns("a/f", 2)
    world.answers("approve")
    world.fails("z", "invalid")
    assert ("failed", "compensated") == (world.status, world.ledger["t.write", "u:demo:t:a"])


def test_undo_first_undoes_a_write_whose_result_was_unusable() -> None:
    """A person lets the step fail; its effect is undone before the fallback starts."""
    world = World(
        "steps:\n  - id: a\n    tool: t.write\n    compensate: {tool: t.undo, with: {}}\n    undo_first: true\n"
        "    fallback: [{id: f, tool: t.write}]\n"
    )
    world.fails("a", "bad_output")
    world.answers("fail")
    assert ["a~undo"] == world.in_flight()
    world.returns("a~undo")
    assert ["a/f"] == world.in_flight()


def test_a_step_whose_arguments_could_not_be_made_can_still_be_approved_later() -> None:
    """P3: its second try asks a person with the arguments on record, and the answer is taken."""
    world = World(
        "steps:\n  - id: p\n    parallel:\n"
        '      l: [{id: a, tool: t.write, with: {x: "{{ facts.x }}"}, human: [{to: q, timeout: 1h}],'
        " retry: {attempts: 2, on: [invalid], delay: 5s, jitter: none}}]\n"
        "      r: [{id: b, tool: t.read}, {id: c, set: {x: 1}}]\n"
    )
    world.returns("p/r/b")
    world.tick()
    world.answers("approve")
    assert ["p/l/a"] == world.in_flight()


def test_a_plan_whose_output_cannot_be_made_is_compensated_too() -> None:
    """`on_failure: compensate` holds for every failed run."""
    world = World(
        "on_failure: compensate\noutput: {x: '{{ steps.b.output.nope }}'}\n"
        "steps:\n  - {id: b, tool: t.write, compensate: {tool: t.undo, with: {}}}\n"
    )
    world.returns("b", {"id": 7})
    assert ["b~undo"] == world.in_flight()


def test_a_retried_block_keeps_a_step_whose_fallback_wrote() -> None:
    """P1: the primary is not called again beside the alternative's effect (11-hard-cases 13)."""
    world = World(
        f"steps:\n{BLOCK}      - {{id: a, tool: t.write, fallback: [{{id: f, tool: t.write}}]}}\n"
        "      - {id: b, tool: t.read}\n"
    )
    world.fails("d/a", "invalid")
    world.returns("d/a/f", 1)
    world.fails("d/b", "invalid")
    world.tick()
    assert ["d/b"] == world.in_flight()


def test_a_retried_block_keeps_an_effect_that_the_ledger_answered_for() -> None:
    """P1: other arguments on the second try must not write beside the effect that stands under the key."""
    world = World(
        f"steps:\n{BLOCK}      - {{id: r, tool: t.read}}\n"
        '      - {id: a, tool: t.write, idempotency_key: k, with: {x: "{{ steps.r.output }}"}}\n'
        "      - {id: b, tool: t.read}\n"
    )
    world.observe(EffectKnown(tool="t.write", key="k", value=5))
    world.returns("d/r", 1)
    world.fails("d/b", "invalid")
    world.tick()
    world.returns("d/r", 2)
    assert (["d/b"], {}) == (world.in_flight(), world.ledger)


def test_a_retried_block_keeps_the_output_that_a_person_gave() -> None:
    """Answers keep their results: the person may have done by hand what the call could not."""
    world = World(
        f"steps:\n{BLOCK}      - {{id: a, tool: t.write, human: [{{on: failure, to: x, timeout: 1h}}]}}\n"
        "      - {id: b, tool: t.read}\n"
    )
    world.fails("d/a", "invalid")
    world.answers("output", 1)
    world.fails("d/b", "invalid")
    world.tick()
    assert ["d/b"] == world.in_flight()


def test_a_retried_block_keeps_approvals_of_the_same_arguments() -> None:
    """Nobody is asked again about exactly what was approved (11-hard-cases 13)."""
    world = World(f"steps:\n{BLOCK}      - {{id: a, tool: t.write, human: [{{to: x, timeout: 1h}}]}}\n")
    world.answers("approve")
    world.fails("d/a", "conflict")
    world.tick()
    assert ["d/a"] == world.in_flight()


def test_a_retried_block_does_not_keep_what_was_undone() -> None:
    """A loser's write that was compensated is no result; it is written anew under a new revision."""
    world = World(
        f"steps:\n{BLOCK}      - id: p\n        parallel:\n"
        "          l: [{id: a, tool: t.write, compensate: {tool: t.undo, with: {}}}, {id: a2, tool: t.read}]\n"
        "          r: [{id: b, tool: t.read}]\n        join: any\n      - {id: c, tool: t.read}\n"
    )
    world.returns("d/p/l/a", 1)
    world.returns("d/p/r/b")
    world.returns("d/p/l/a~undo")
    world.fails("d/c", "invalid")
    world.tick()
    assert "intended" == world.ledger["t.write", "u:demo:t:d/p/l/a#2"]


def test_a_retried_block_does_not_keep_what_a_person_undid_by_hand() -> None:
    """Undone is undone, whoever did it; what was left standing is kept."""
    for decision, expected in (("done", ["d/p/l/a", "d/p/r/b"]), ("leave", ["d/p/r/b", "d/p/l/a2"])):
        world = World(
            f"steps:\n{BLOCK}      - id: p\n        parallel:\n"
            "          l: [{id: a, tool: t.write, compensate: {tool: t.undo, with: {}}}, {id: a2, tool: t.read}]\n"
            "          r: [{id: b, tool: t.read}]\n        join: any\n      - {id: c, tool: t.read}\n"
        )
        world.returns("d/p/l/a", 1)
        world.returns("d/p/r/b")
        world.fails("d/p/l/a~undo", "denied")
        world.answers(decision)
        world.fails("d/c", "invalid")
        world.tick()
        assert expected == world.in_flight()


def test_a_write_that_took_place_is_not_made_again_by_a_retried_block() -> None:
    """P1: its result was unusable and a person let it fail; other arguments do not make it a new revision."""
    world = World(
        f"steps:\n{BLOCK}      - {{id: r, tool: t.read}}\n"
        '      - {id: a, tool: t.write, with: {x: "{{ steps.r.output }}"}}\n'
    )
    world.returns("d/r", 1)
    world.fails("d/a", "bad_output")
    world.answers("fail")
    world.tick()
    world.returns("d/r", 2)
    assert ("failed", {("t.write", "u:demo:t:d/a"): "unusable"}) == (world.status, world.ledger)


def test_a_fresh_retry_forgets_that_a_write_was_stuck() -> None:
    """It was undone, so the block begins anew."""
    world = World(
        "steps:\n  - id: d\n    retry: {attempts: 2, on: [bad_output], delay: 1s, jitter: none, fresh: true}\n"
        "    do: [{id: a, tool: t.write, compensate: {tool: t.undo, with: {}}}]\n"
    )
    world.fails("d/a", "bad_output")
    world.answers("fail")
    world.returns("d/a~undo")
    world.tick()
    assert "intended" == world.ledger["t.write", "u:demo:t:d/a#2"]


def test_an_own_write_that_an_operator_resolved_can_be_undone() -> None:
    """The run made the effect itself, whoever said that it took place (11-hard-cases 14)."""
    world = World(
        "on_failure: compensate\nsteps:\n  - {id: a, tool: t.write, compensate: {tool: t.undo, with: {}}}\n"
        "  - {id: z, tool: t.read}\n"
    )
    world.fails("a", "timeout")
    world.observe(EffectKnown(tool="t.write", key=world.state.frames["a"].call.key, value=5))
    world.tick()
    world.fails("z", "invalid")
    assert ["a~undo"] == world.in_flight()


def test_accepting_an_output_does_not_hide_which_alternative_gave_it() -> None:
    """`steps.X.via` still names the fallback."""
    world = World(
        "steps:\n  - {id: a, tool: t.read, human: [{on: after, to: x, timeout: 1h}], "
        "fallback: [{id: f, tool: t.read}]}\n  - {id: z, tool: t.read}\n"
    )
    world.fails("a", "invalid")
    world.returns("a/f", 1)
    world.answers("approve")
    assert "f" == world.state.scope.results["a"]["via"]  # type: ignore[index]


def test_a_signal_after_the_end_leaves_live_and_restored_minds_alike() -> None:
    """The fold law holds beyond the end of the run; the world compares both at every turn."""
    world = World("steps: [{id: a, set: {x: 1}}]\n")
    world.signals("event", "go")
    world.signals("cancel")
    assert "succeeded" == world.status


RETRIED = (
    "steps: [{id: a, tool: t.write, timeout: 1s, "
    "retry: {attempts: 2, on: [unknown_outcome, timeout], delay: 1s, jitter: none}}]\n"
)


def test_an_unknown_write_whose_key_another_run_has_by_now_did_not_take_place() -> None:
    """P3: an operator said so, else nobody else could hold the key: the step fails and is not refused for ever."""
    world = World(RETRIED)
    world.fails("a", "timeout")
    world.observe(EffectInFlight(tool="t.write", key="u:demo:t:a", run="other"))
    world.tick()
    assert (["EffectRuledOut"], "failed") == (
        [kind for kind in world.kinds() if kind == "EffectRuledOut"],
        world.ledger["t.write", "u:demo:t:a"],
    )


def test_what_another_step_of_this_run_met_does_not_settle_an_unknown_write() -> None:
    """The refusal speaks of this very write: it is settled by the same key as ever."""
    world = World(RETRIED)
    world.fails("a", "timeout")
    world.observe(EffectInFlight(tool="t.write", key="u:demo:t:a", run="r"))
    world.tick()
    assert ["a"] == world.in_flight()


def test_a_persons_retry_takes_what_an_operator_has_settled() -> None:
    """The write is not called once more when the ledger knows its result by now."""
    world = World("steps: [{id: a, tool: t.once}]\n")
    world.fails("a", "timeout")
    world.observe(EffectKnown(tool="t.once", key="u:demo:t:a", value=5))
    world.answers("retry")
    assert ([], "succeeded") == (world.in_flight(), world.status)


def test_a_key_that_a_step_of_this_run_is_busy_with_keeps_the_others_waiting() -> None:
    """P3: one goes on and the others wait, however many met the refusal."""
    branches = "".join(f"      {name}: [{{id: {name}, tool: t.write, idempotency_key: k}}]\n" for name in "abc")
    world = World(f"steps:\n  - id: w\n    wait: 1s\n  - id: p\n    parallel:\n{branches}")
    world.observe(EffectInFlight(tool="t.write", key="k", run="r"))
    world.tick()
    assert ["p/a/a"] == world.in_flight()


def test_a_key_that_another_run_was_busy_with_is_tried_again_later() -> None:
    """P3: the refusal holds for its instant, for all steps that met it."""
    branches = "".join(f"      {name}: [{{id: {name}, tool: t.write, idempotency_key: k}}]\n" for name in "ab")
    world = World(f"steps:\n  - id: w\n    wait: {{event: go}}\n  - id: p\n    parallel:\n{branches}")
    world.observe(EffectInFlight(tool="t.write", key="k", run="other"))
    world.signals("event", "go")
    assert [] == world.in_flight()
    world.tick()
    assert ["p/a/a"] == world.in_flight()
