"""Undoing, complete: blocks, loops and branches, tried again and given up; each effect once (11-hard-cases 14)."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.core.actions import EffectClaimed
from holdfast.core.events import EndDecided
from holdfast.core.keys import CLEANUP, UNDO, is_below, step_id
from tests.core.plans import plans
from tests.core.test_laws import _kind_answer, _unkind
from tests.core.world import World

COMPENSATE = "compensate: {tool: t.undo, with: {x: '{{ output }}'}}"


class Bookkeeper(World):
    """A world that also knows which step made which effect."""

    def observe(self, *args: object, **named: object) -> object:  # type: ignore[override]
        turn = super().observe(*args, **named)  # type: ignore[arg-type]
        self.made = getattr(self, "made", {}) | {
            (change.tool, change.key): change.address for change in turn.changes if isinstance(change, EffectClaimed)
        }
        return turn

    def left_standing(self) -> set[str]:
        """Addresses of steps with `compensate` whose effect stands, those of the cleanup aside."""
        steps = self.plan.steps
        standing = {address for effect, address in self.made.items() if self.ledger[effect] == "succeeded"}
        ours = {address for address in standing if not is_below(address, CLEANUP) and not address.endswith(UNDO)}
        return {address for address in ours if (step := steps.get(step_id(address))) and step.compensate is not None}


def test_a_block_that_is_undone_twice_is_undone_under_two_keys() -> None:
    """A second doing of a block has an undoing of its own: the first one's must not answer for it."""
    world = Bookkeeper(
        f"on_failure: compensate\nsteps: [{{id: all, retry: {{attempts: 2, fresh: true, delay: 1s, on: [invalid]}}, do: [{{id: b, do: [{{id: r, tool: t.read}}], {COMPENSATE}}}, {{id: c, tool: t.read}}]}}]"
    )
    for _ in range(2):
        world.returns("all/b/r", "same")
        world.fails("all/c", "invalid")
        assert world.in_flight()[0].startswith("all/b")
        world.returns(world.in_flight()[0])
        if world.status != "failed":
            world.tick()
    assert ["u:demo:t:all/b~undo", "u:demo:t:all/b#2~undo"] == [key for _, key in world.made]
    assert world.outcome.status == "failed"


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.data())
def test_a_run_that_undoes_leaves_nothing_standing_in_silence(data: st.DataObject) -> None:
    """Whatever happened on the way: an effect that can be undone is undone once, or a person left it and the run says so."""
    world = Bookkeeper(data.draw(plans()), {"n": 1}, law=False)
    for _ in range(data.draw(st.integers(0, 12))):
        if world.state.finished:
            break
        _unkind(world, data.draw)
    while not world.state.finished and _kind_answer(world, data.draw):
        pass
    if world.last(EndDecided).undo:
        noted = {note.removeprefix("not undone: ").partition(":")[0].partition("#")[0] for note in world.outcome.notes}
        assert world.left_standing() <= noted


def test_a_run_that_is_ending_cannot_be_ended_otherwise() -> None:
    """`abort` said about a step of the cleanup fails that step; how the run ends was decided before."""
    world = World(
        "steps: [{id: a, tool: t.read}]\ncleanup: [{id: tidy, tool: t.put, with: {}, human: [{on: failure, timeout: 9s}]}]"
    )
    world.fails("a", "invalid")
    world.fails("~cleanup/tidy", "denied")
    world.answers("abort")
    assert ("failed", "invalid") == (world.outcome.status, world.outcome.error.code)
    assert ("cleanup failed: denied: ",) == world.outcome.notes
