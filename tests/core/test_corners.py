"""Corners that a run gets into when several things happen at once."""

from __future__ import annotations

from holdfast.core.actions import CallTool
from holdfast.core.events import ArgumentsRendered, EffectInFlight, EffectKnown, TimerFired
from holdfast.core.keys import bare_id, is_below, parent_of
from holdfast.core.names import RunNames, SecretNames, Steps
from holdfast.core.scope import Result, Scope
from holdfast.core.times import instant, iso
from tests.core.world import World


def test_a_block_in_backoff_stays_there_over_a_pause() -> None:
    """Unpausing looks at everything, and what waits goes on waiting."""
    world = World("steps: [{id: b, retry: 2, do: [{id: a, tool: t.read}]}]")
    world.fails("b/a", "timeout")
    world.signals("pause")
    world.signals("unpause")
    assert world.in_flight() == []
    world.tick()
    assert world.in_flight() == ["b/a"]


def test_a_loop_between_rounds_stays_there_over_a_pause() -> None:
    """The same between two rounds of a `repeat`."""
    world = World("steps: [{id: r, repeat: {max: 2, every: 9s}, do: [{id: a, tool: t.read}]}]")
    world.returns("r[0]/a")
    world.signals("pause")
    world.signals("unpause")
    assert world.in_flight() == []


def test_no_call_begins_at_its_deadline() -> None:
    """What is left goes to nobody when nothing is left."""
    world = World("steps: [{id: a, tool: t.read, deadline: 10s, fallback: [{id: f, tool: t.read}]}]")
    world.now += 10
    world.fails("a", "invalid")
    assert world.outcome.error.message == "the deadline has passed"


def test_a_key_waited_for_may_turn_out_to_be_known() -> None:
    """In flight elsewhere first, then succeeded there: its result is reused, the arguments stand once."""
    world = World("steps: [{id: first, tool: t.read}, {id: w, tool: t.write, with: {n: 1}}]")
    world.observe(EffectInFlight(tool="t.write", key="u:demo:t:w", run="other"))
    world.returns("first")
    world.now += 1
    world.observe(EffectKnown(tool="t.write", key="u:demo:t:w", value=5))
    world.observe(TimerFired(timer="claim:w"))
    assert (world.state.scope.results["w"]["output"], world.count(ArgumentsRendered)) == (5, 1)  # type: ignore[index]


def test_a_retry_beyond_the_budget_asks_too() -> None:
    """The budget holds for every attempt."""
    world = World("budget: {calls: 1, on_exceeded: ask}\nsteps: [{id: a, tool: t.read, retry: 2}]")
    world.fails("a", "timeout")
    world.tick()
    assert [review.kind for review in world.state.reviews.values()] == ["budget"]
    world.answers("approve")
    assert world.in_flight() == ["a"]


def test_a_compensation_whose_arguments_fail_may_be_tried_again() -> None:
    """The person is asked again when it fails again."""
    world = World(
        "on_failure: compensate\nsteps: [{id: a, tool: t.write, with: {n: 1}, compensate: {tool: t.undo, with: {x: '{{ output.id }}'}}}, {id: c, tool: t.read}]"
    )
    world.returns("a", None)
    world.fails("c", "invalid")
    world.answers("retry")
    world.signals("pause")
    world.signals("unpause")
    world.tick()
    assert [review.kind for review in world.state.reviews.values()] == ["undo"]


def test_an_unknown_write_in_backoff_is_settled_when_the_run_is_cancelled() -> None:
    """Cancelling does not forget it: its retry becomes the settling."""
    world = World("steps: [{id: w, tool: t.write, retry: 3}]")
    world.fails("w", "timeout")
    world.signals("cancel")
    assert not world.state.finished
    world.tick()
    assert world.in_flight() == ["w"]
    world.returns("w")
    assert world.outcome.status == "cancelled"


def test_a_check_under_way_is_waited_for_when_the_run_is_cancelled() -> None:
    """The effect has to be known before the end."""
    world = World("steps: [{id: w, tool: t.mail}]")
    world.fails("w", "timeout")
    world.signals("cancel")
    assert world.in_flight() == ["w?"]
    world.finds_nothing("w")
    assert world.outcome.status == "cancelled"


def test_a_second_failing_branch_finds_its_siblings_stopping_already() -> None:
    """They are told once."""
    write = "tool: t.write, with: {n: %d}"
    world = World(
        f"steps: [{{id: p, parallel: {{a: [{{id: x, {write % 1}}}], b: [{{id: y, {write % 2}}}], c: [{{id: z, tool: t.read}}]}}}}]"
    )
    world.fails("p/c/z", "invalid")
    assert world.in_flight() == ["p/a/x", "p/b/y"]
    world.fails("p/a/x", "conflict")
    assert world.in_flight() == ["p/b/y"]
    world.returns("p/b/y")
    assert world.outcome.error.code == "invalid"


def test_options_that_cannot_be_made_leave_only_the_rejection() -> None:
    """A trigger's own options."""
    for options in ("'{{ args.nothing.there }}'", "'{{ args }}'"):
        world = World(
            f"steps: [{{id: a, tool: t.write, with: {{n: 1}}, human: [{{decision: choose, options: {options}, to: r, timeout: 1m}}]}}]"
        )
        assert next(iter(world.state.reviews.values())).options == ()
        world.answers("choose", "x")
        assert world.in_flight() == ["a"]


def test_the_first_trigger_that_holds_asks() -> None:
    """Of several on the same occasion."""
    world = World(
        "steps: [{id: a, tool: t.read, human: [{on: after, when: output > 9, to: a, timeout: 1m}, {on: after, to: b, timeout: 1m}]}]"
    )
    world.returns("a", 1)
    assert [review.to for review in world.state.reviews.values()] == ["b"]


def test_an_accepted_output_of_a_block_tried_again_is_looked_at_again() -> None:
    """Each try has its own output."""
    world = World(
        "steps: [{id: b, retry: {attempts: 2, on: [rejected], delay: 1s}, human: [{on: after, to: a, timeout: 1m}], do: [{id: x, set: {n: 1}}]}]"
    )
    world.answers("reject")
    world.tick()
    assert len(world.state.reviews) == 1


def test_fresh_forgets_only_what_is_inside() -> None:
    """Writes of other blocks keep their revision."""
    undo = "compensate: {tool: t.undo, with: {}}"
    world = World(
        f"""
steps:
  - id: outer
    retry: 2
    do:
      - {{id: w, tool: t.write, with: {{n: 1}}, {undo}}}
      - id: inner
        retry: {{attempts: 2, fresh: true}}
        do: [{{id: v, tool: t.write, with: {{n: 2}}, {undo}}}, {{id: x, tool: t.read}}]
"""
    )
    world.returns("outer/w")
    world.returns("outer/inner/v")
    world.fails("outer/inner/x", "timeout")
    world.returns("outer/inner/v~undo")
    world.tick()
    assert (world.key, "outer/w" in world.state.kept) == ("u:demo:t:outer/inner/v#2", True)


def test_a_second_request_for_the_same_run_changes_nothing() -> None:
    """Totality."""
    world = World("steps: [{id: a, tool: t.read}]")
    world.observe(world.entries[0].event)  # type: ignore[arg-type]
    assert world.in_flight() == ["a"]


def test_the_same_answer_twice_while_paused_counts_once() -> None:
    """Answers are kept until the run goes on."""
    world = World("steps: [{id: a, ask: {to: r, question: q, options: [x, y], timeout: 1m}}]")
    world.signals("pause")
    world.answers("choose", "x")
    world.answers("choose", "y")
    world.signals("unpause")
    assert world.state.scope.results["a"]["output"] == "x"  # type: ignore[index]


def test_a_wait_for_an_event_may_have_no_end_of_its_own() -> None:
    """The plan's deadline still holds."""
    world = World("steps: [{id: a, wait: {event: go}}]")
    assert (world.mind.next_due() or 0) - world.now == 7 * 86400
    world.signals("event", "go")
    assert world.outcome.status == "succeeded"


def test_results_and_names_are_maps() -> None:
    """Expressions and messages list what there is."""
    world = World("steps: [{id: a, set: {x: 1}}, {id: b, tool: t.read}]")
    names = RunNames(world.state, Scope(world.state.scope, None, {"item": 1}), world.now, {"extra": 2})
    assert {"extra", "item", "steps", "inputs", "facts", "run", "spent", "secrets", "now"} == set(names)
    assert (9, ["a"], 1) == (len(names), list(names["steps"]), len(names["steps"]))  # type: ignore[call-overload,arg-type]
    assert (7, "run" in names, "nothing" in names) == (len(Result("skipped")), True, False)
    assert "nothing" not in Result("skipped")


def test_a_step_that_no_scope_declares_is_not_there() -> None:
    """`steps` knows the plan's steps and no others."""
    world = World("steps: [{id: a, tool: t.read}]")
    assert Steps(world.state.scope).get("nosuch", "none") == "none"


def test_an_open_question_about_an_effect_survives_cancelling() -> None:
    """Nobody knows whether it happened, so the run cannot end before somebody says so."""
    world = World("steps: [{id: w, tool: t.once}]")
    world.fails("w", "timeout")
    world.signals("cancel")
    assert [review.kind for review in world.state.reviews.values()] == ["unknown"]
    world.answers("happened", 1)
    assert world.outcome.status == "cancelled"


def test_a_secret_is_a_reference_wherever_the_core_sees_it() -> None:
    """The journal holds the reference; the call says where the value goes; a secret input names its own place."""
    world = World(
        "inputs: {key: {type: string, secret: true}}\n"
        "steps: [{id: a, tool: t.mail, with: {x: '{{ secrets.token }}', y: ['{{ secrets.key }}']}}]",
        {"key": "env:KEY"},
    )
    action = world.turn.actions[0]
    assert isinstance(action, CallTool)
    assert {"x": "secret:token", "y": ["secret:key"]} == action.args
    assert ((("x",), "token"), (("y", 0), "env:KEY")) == action.secrets
    assert (0, []) == (len(SecretNames()), list(SecretNames()))


def test_times_read_and_write_alike() -> None:
    """ISO 8601 in UTC with milliseconds; seconds are taken as they are."""
    assert ("2001-09-09T01:46:40.500Z", 1e9 + 0.5) == (iso(1e9 + 0.5), instant("2001-09-09T01:46:40.500Z"))
    assert (5.0, instant("2001-09-09T03:46:40+02:00")) == (instant(5), 1e9)


def test_addresses_know_their_ancestors() -> None:
    """Steps, iterations, revisions and compensations lie below what encloses them."""
    assert ["a/l", "a", ""] == [parent_of("a/l[k]"), parent_of("a/l"), parent_of("a")]
    assert [True, True, True, False] == [is_below(a, "a/l") for a in ("a/l", "a/l[k]/x", "a/l#2", "a/lx")]


def test_other_steps_go_on_while_one_is_being_undone() -> None:
    """A step that succeeds beside a compensation is a step like any other."""
    undo = "compensate: {tool: t.undo, with: {}}"
    world = World(
        f"""
steps:
  - id: both
    parallel:
      race:
        - id: inner
          join: any
          parallel:
            slow: [{{id: w, tool: t.write, with: {{n: 1}}, {undo}}}, {{id: x, tool: t.read}}]
            fast: [{{id: y, tool: t.read}}]
      beside: [{{id: z, tool: t.read}}]
"""
    )
    world.returns("both/race/inner/slow/w")
    world.returns("both/race/inner/fast/y")
    world.returns("both/beside/z", 3)
    assert world.in_flight() == ["both/race/inner/slow/w~undo"]
    world.returns("both/race/inner/slow/w~undo")
    assert world.outcome.status == "succeeded"


def test_what_a_check_rules_out_after_the_deadline_is_not_begun() -> None:
    """Its worker died, its effect did not take place, and its time is over: deadlines hold."""
    world = World("deadline: 3s\nsteps: [{id: w, tool: t.mail, timeout: 1s}]")
    world.now += 4.0
    world.crashes()
    assert ["w?"] == world.in_flight()
    world.finds_nothing("w")
    assert [] == world.in_flight()
    assert ("failed", "timeout") == (world.outcome.status, world.outcome.error.code)


def test_a_step_is_known_by_its_authors_word_for_it() -> None:
    """Wherever it stands, in whatever round and revision."""
    assert ["pick", "pick", "pay"] == [bare_id(one) for one in ("pick", "all[3]/pick#2", "all[a]/pay[b]")]
