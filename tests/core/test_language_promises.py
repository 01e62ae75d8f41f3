"""Sentences of the language's definition that no other test is about."""

from __future__ import annotations

from holdfast.core.events import StepFailed
from tests.core.world import World

LONG = 7 * 86_400.0


def test_a_run_ends_after_a_week_unless_its_plan_says_otherwise() -> None:
    """`deadline` of the plan: 7d by default."""
    world = World("steps: [{id: a, wait: {event: never}}]")
    begun = world.now
    world.tick()
    assert (begun + LONG, "failed", "timeout") == (world.now, world.status, world.outcome.error.code)


def test_a_loop_takes_ten_thousand_items_unless_it_says_otherwise() -> None:
    """`each: {max}`: one more fails the step before anything of it begins."""
    text = "inputs: {n: {}}\nsteps: [{id: all, each: {in: 'range(inputs.n)'}, do: [{id: one, tool: t.read}]}]"
    assert ["all[0]/one"] == World(text, {"n": 10_000}, law=False).in_flight()
    world = World(text, {"n": 10_001}, law=False)
    assert ([], "invalid") == (world.in_flight(), world.last(StepFailed).error.code)


def test_three_tries_may_be_written_as_a_number() -> None:
    """`retry: 3` counts all tries."""
    world = World("steps: [{id: a, tool: t.read, retry: 3}]")
    for _ in range(2):
        world.fails("a", "unavailable")
        world.tick()
    world.fails("a", "unavailable")
    assert ("failed", 3) == (world.status, world.state.spent.calls)


def test_a_trigger_sees_the_whole_call_and_the_run_around_it() -> None:
    """Section 7: step, tool, args, amount, output, error, confidence, labels, spent, facts, inputs, run."""
    before = (
        "step.id == 'pay' and step.description == 'd' and tool.name == 't.write' and tool.effect == 'write' "
        "and tool.reversible and 'payment' in tool.tags and args.amount == 5 and amount == 5 and confidence == 1 "
        "and 'given' in labels and spent.calls == 0 and facts.f == 1 and inputs.n == 1 and run.user == 'u' "
        "and run.task == 't' and run.plan == 'demo' and run.id == 'r' and address == 'pay'"
    )
    failure = "error.code == 'denied' and args.amount == 5 and tool.name == 't.write' and spent.failures == 1"
    triggers = [
        ("before", before),
        ("failure", failure),
        ("after", "output == 9 and args.amount == 5 and spent.calls == 2"),
    ]
    human = ", ".join(f'{{on: {on}, to: {on}, timeout: 1h, reason: holds, when: "{when}"}}' for on, when in triggers)
    world = World(
        "inputs: {n: {}}\nfacts: {f: {given: 1}}\nsteps:\n"
        f"  - {{id: pay, description: d, tool: t.write, with: {{amount: 5, f: '{{{{ facts.f }}}}'}}, human: [{human}]}}",
        {"n": 1},
    )

    def asked() -> tuple[str, str]:
        (review,) = world.state.reviews.values()
        return review.to, review.reason

    assert ("before", "holds") == asked()
    world.answers("approve")
    world.fails("pay", "denied")
    assert ("failure", "holds") == asked()
    world.answers("retry")
    world.tick()
    world.returns("pay", 9)
    assert ("after", "holds") == asked()


def test_a_step_is_known_by_all_that_became_of_it() -> None:
    """`steps.X`: output, status, error, attempts, via, confidence."""
    world = World(
        """
steps:
  - {id: good, tool: t.read, retry: {attempts: 2, delay: 1s}}
  - {id: bad, tool: t.read, optional: true}
  - {id: not, when: 'false', tool: t.read}
  - {id: other, tool: t.read, fallback: [{id: alt, tool: t.read}]}
output:
  good: ["{{ steps.good.output }}", "{{ steps.good.status }}", "{{ steps.good.attempts }}", "{{ steps.good.confidence }}"]
  bad: ["{{ steps.bad.output }}", "{{ steps.bad.status }}", "{{ steps.bad.error.code }}"]
  not: ["{{ steps.not.output }}", "{{ steps.not.status }}"]
  other: ["{{ steps.other.output }}", "{{ steps.other.via }}"]
"""
    )
    world.fails("good", "timeout")
    world.tick()
    world.returns("good", 1, confidence=0.5)
    world.fails("bad", "denied")
    world.fails("other", "denied")
    world.returns("other/alt", 2)
    assert {
        "good": [1, "succeeded", 2, 0.5],
        "bad": [None, "failed", "denied"],
        "not": [None, "skipped"],
        "other": [2, "alt"],
    } == world.outcome.output
