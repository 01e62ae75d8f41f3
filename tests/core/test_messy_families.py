"""Results that come later and effects that are not visible yet: inside children, and where facts are corrected."""

from __future__ import annotations

import pytest

from holdfast.core.actions import PendingCleared
from holdfast.core.events import (
    CallCompleted,
    CallDeferred,
    CallIntended,
    PendingReleased,
    PendingSettled,
    UndoStarted,
)
from tests.core.family import Family, Member
from tests.core.world import World

UNDO = "compensate: {tool: t.undo, with: {x: '{{ output }}'}}"
LOOK = "until: {tool: t.read, with: {x: '{{ output }}'}, when: result == 1, every: 5s}"
FACT = "facts: {who: {given: ana}}\n"
TOP = f"{FACT}on_failure: compensate\nsteps: [{{id: sub, plan: part, with: {{x: '{{{{ facts.who }}}}'}}}}]"


def _part(pending: str, more: str = "") -> str:
    step = f"{{id: mail, tool: t.write, with: {{to: '{{{{ inputs.x }}}}'}}, subject: lead-7, pending: {{{pending}}}, {UNDO}}}"
    return f"inputs: {{x: {{}}}}\nsteps: [{step}{more}]"


def _pending(pending: str, more: str = "", top: str = TOP) -> tuple[Family, Member]:
    """A family whose child has sent a mail that nobody sees yet."""
    family = Family(top, {"part": _part(pending, more)})
    child = family.child("part")
    family.do(child.returns, "mail", "M")
    return family, child


def _settled(world: World) -> tuple[str, str]:
    event = world.last(PendingSettled)
    return event.address, event.outcome


def test_an_effect_pending_in_a_child_is_settled_by_looking() -> None:
    """The child, and so its parent, is not over before that."""
    family, child = _pending(f"{LOOK}, timeout: 60s")
    family.do(child.returns, "mail/~pending", 0)
    assert (False, False) == (child.state.finished, family.top.state.finished)
    family.do(child.tick)
    family.do(child.returns, "mail/~pending", 1)
    assert (("mail", "confirmed"), "succeeded") == (_settled(child), family.top.status)


def test_an_effect_pending_in_a_child_is_settled_by_an_event_to_the_child() -> None:
    """Or released by a person; events go to the run that waits for them."""
    family, child = _pending("event: seen, match: event.to == 'ana', timeout: 60s")
    family.do(family.top.signals, "event", "seen", {"to": "ana"})
    assert not child.state.finished
    family.do(child.signals, "event", "seen", {"to": "ana"})
    assert (("mail", "confirmed"), "succeeded") == (_settled(child), family.top.status)
    family, child = _pending("event: seen, timeout: 60s")
    family.do(child.observe, PendingReleased(address="mail", by="op"))
    assert (("mail", "released"), "succeeded") == (_settled(child), family.top.status)


@pytest.mark.parametrize(("on_timeout", "status"), [("continue", "succeeded"), ("fail", "failed")])
def test_nothing_confirms_an_effect_in_a_child(on_timeout: str, status: str) -> None:
    """The child goes on with its subject held, or fails; then its parent undoes the effect and frees the subject."""
    family, child = _pending(f"event: seen, timeout: 60s, on_timeout: {on_timeout}")
    family.do(child.tick)
    assert ("mail", "expired") == _settled(child)
    if on_timeout == "fail":
        assert "timeout" == family.top.state.ending.error.code  # type: ignore[union-attr]
        family.do(family.top.returns, "sub/mail~undo")
        assert PendingCleared(address="mail", subject="lead-7", run=child.id) in family.freed
    assert status == family.top.status


def test_a_person_is_asked_about_what_nothing_confirms_in_a_child() -> None:
    """`on_timeout: human`: one question, in the child."""
    family, child = _pending("event: seen, timeout: 60s, on_timeout: human")
    family.do(child.tick)
    (review,) = child.state.reviews.values()
    assert "pending" == review.kind
    family.do(child.answers, "happened")
    assert ("succeeded", 1) == (family.top.status, len(family.asked()))


def test_a_correction_while_an_effect_of_a_child_is_pending() -> None:
    """The child stops watching, the effect is undone, its subject is free for the next child, which sends anew."""
    family, child = _pending("event: seen, timeout: 60s")
    family.do(family.top.signals, "correct", payload={"who": "bob"})
    assert ("mail", "abandoned") == _settled(child)
    assert ["sub/mail"] == list(family.top.last(UndoStarted).effects)
    family.do(family.top.returns, "sub/mail~undo")
    assert PendingCleared(address="mail", subject="lead-7", run=child.id) in family.freed
    again = family.child("part")
    assert ({"to": "bob"}, "u:demo:t:sub//mail#2") == (again.last(CallIntended).args, again.key)
    family.do(again.returns, "mail", "M2")
    family.do(again.signals, "event", "seen", {})
    assert ("succeeded", [("t.write", '{"to": "bob"}')]) == (family.top.status, family.standing())


def test_the_subject_of_a_grandchild_is_freed_by_the_run_at_the_top() -> None:
    """It is held under the name that the run has for it which made the effect."""
    middle = "inputs: {x: {}}\nsteps: [{id: in, plan: part, with: {x: '{{ inputs.x }}'}}]"
    family = Family(
        TOP.replace("plan: part", "plan: middle"), {"middle": middle, "part": _part("event: e, timeout: 9s")}
    )
    part = family.child("part")
    family.do(part.returns, "mail", "M")
    family.do(family.top.signals, "correct", payload={"who": "bob"})
    family.do(family.top.returns, "sub/in/mail~undo")
    assert PendingCleared(address="mail", subject="lead-7", run=part.id) in family.freed


def test_cancelling_a_family_while_an_effect_is_pending() -> None:
    """Nobody waits for the confirmation; what was sent is taken back."""
    family, child = _pending(f"{LOOK}, timeout: 60s")
    family.do(family.top.signals, "cancel")
    assert ("mail", "abandoned") == _settled(child)
    family.do(family.top.returns, "sub/mail~undo")
    assert ("cancelled", []) == (family.top.status, family.standing())


# --- results that come later ------------------------------------------------------------------------------------------


def _deferred(more: str = "") -> tuple[Family, Member]:
    """A family whose child waits for a result."""
    part = (
        f"inputs: {{x: {{}}}}\nsteps: [{{id: build, tool: t.write, with: {{x: '{{{{ inputs.x }}}}'}}, {UNDO}{more}}}]"
    )
    family = Family(TOP + "\noutput: '{{ steps.sub.status }}'", {"part": part})
    child = family.child("part")
    family.do(child.observe, CallDeferred(call=child.call("build"), timeout=60.0))
    return family, child


def _complete(family: Family, child: Member, value: object = 7) -> None:
    family.do(child.observe, CallCompleted(address="build", key=child.state.frames["build"].call.key, value=value))


def test_a_result_that_comes_later_to_a_child_ends_its_parents_step() -> None:
    """Also after both died meanwhile."""
    family, child = _deferred()
    family.do(child.crashes)
    family.do(family.top.crashes)
    _complete(family, child)
    assert ("succeeded", [("t.write", '{"x": "ana"}')]) == (family.top.status, family.standing())


def test_a_correction_while_a_child_waits_for_a_result() -> None:
    """Taken on is not called off: it is waited for, undone, and made anew with what is right."""
    family, child = _deferred()
    family.do(family.top.signals, "correct", payload={"who": "bob"})
    assert (False, 1) == (child.state.finished, len(family.of("part")))
    _complete(family, child)
    family.do(family.top.returns, "sub/build~undo")
    again = family.child("part")
    assert ({"x": "bob"}, "u:demo:t:sub//build#2") == (again.last(CallIntended).args, again.key)
    family.do(again.returns, "build", 8)
    assert ("succeeded", [("t.write", '{"x": "bob"}')]) == (family.top.status, family.standing())


def test_a_result_that_does_not_come_to_a_child_that_stops_is_settled_first() -> None:
    """Its time runs out while the child is stopping: what became of the write is asked under the same key."""
    family, child = _deferred()
    family.do(family.top.signals, "cancel")
    family.do(child.tick)
    assert not child.state.finished
    while "build" not in child.in_flight():
        family.do(child.tick)
    family.do(child.returns, "build", 9)
    family.do(family.top.returns, "sub/build~undo")
    assert ("cancelled", []) == (family.top.status, family.standing())


# --- the same in one run ------------------------------------------------------------------------------------------------


def _own(step: str, after: str = "{id: w, wait: 1h}") -> World:
    return World(f"{FACT}steps: [{step}, {after}]")


MAIL = f"id: mail, tool: t.write, with: {{to: '{{{{ facts.who }}}}'}}, {UNDO}"


def test_a_correction_while_an_effect_is_pending() -> None:
    """Undoing it ends the watch and frees its subject; the next one is watched in its own right."""
    world = _own(f"{{{MAIL}, subject: lead-7, pending: {{event: seen, timeout: 60s}}}}")
    world.returns("mail", "M")
    world.signals("correct", payload={"who": "bob"})
    world.returns("mail~undo")
    assert ("mail", "undone") == _settled(world)
    assert {"to": "bob"} == world.last(CallIntended).args
    world.returns("mail", "M2")
    world.signals("event", "seen", {})
    assert ("mail#2", "confirmed") == _settled(world)
    world.tick()
    assert "succeeded" == world.status


def test_a_correction_that_leaves_a_pending_effect_alone() -> None:
    """Its watch goes on, whatever is walked again around it."""
    world = World(
        "facts: {who: {given: ana}, f: {given: 1}}\nsteps: [{id: a, tool: t.read, with: {x: '{{ facts.f }}'}}, "
        f"{{{MAIL}, pending: {{{LOOK}, timeout: 60s}}}}, {{id: w, wait: 1h}}]"
    )
    world.returns("a", 1)
    world.returns("mail", "M")
    world.signals("correct", payload={"f": 2})
    world.returns("a", 2)
    world.returns("mail/~pending", 1)
    assert (("mail", "confirmed"), 1) == (_settled(world), len([one for one in world.ledger if one[0] == "t.write"]))


def test_a_correction_while_a_result_is_awaited() -> None:
    """The write was taken on: its result is waited for, then undone."""
    world = _own(f"{{{MAIL}}}")
    world.observe(CallDeferred(call=world.call("mail"), timeout=60.0))
    world.signals("correct", payload={"who": "bob"})
    assert 1 == world.count(CallIntended)
    world.observe(CallCompleted(address="mail", key="u:demo:t:mail", value="M"))
    world.returns("mail~undo")
    assert ({"to": "bob"}, "u:demo:t:mail#2") == (world.last(CallIntended).args, world.key)


def test_a_read_whose_result_is_awaited_is_made_anew() -> None:
    """Nobody waits for the old result any more: what comes for it changes nothing."""
    world = _own("{id: a, tool: t.read, with: {x: '{{ facts.who }}'}}")
    world.observe(CallDeferred(call=world.call("a"), timeout=60.0))
    world.signals("correct", payload={"who": "bob"})
    assert (["a"], {"x": "bob"}) == (world.in_flight(), world.last(CallIntended).args)
    world.returns("a", 1)
    assert ["", "w"] == list(world.state.frames)


def test_a_cancelled_run_does_not_wait_for_what_is_not_visible_yet() -> None:
    """The subject stays held where the effect stands."""
    world = World("steps: [{id: mail, tool: t.write, subject: lead-7, pending: {event: seen, timeout: 60s}}]")
    world.returns("mail", "M")
    world.signals("cancel")
    assert ("cancelled", ("mail", "abandoned"), {"mail": "held"}) == (world.status, _settled(world), world.operations)
