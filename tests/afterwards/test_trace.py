"""Where entries belong, and which time a step is made."""

from __future__ import annotations

from holdfast.afterwards.trace import Trace
from holdfast.core.events import CallIntended, StepKept
from tests.core.world import World

PLAN = """
facts: {to: {given: JFK}, who: {given: ana}}
steps:
  - {id: search, tool: t.read, with: {to: "{{ facts.to }}"}}
  - {id: greet, tool: t.read, with: {who: "{{ facts.who }}"}}
  - {id: book, tool: t.write, with: {of: "{{ steps.search.output }}"}, compensate: {tool: t.undo}}
  - {id: last, tool: t.read}
"""


def test_what_is_made_anew_for_a_corrected_fact_has_a_number() -> None:
    """`#2`, `#3` beside the address; what is kept has none."""
    world = World(PLAN)
    world.returns("search", 1)
    world.returns("greet")
    world.returns("book", "B1")
    for turn, to in enumerate(("LGA", "EWR"), 2):
        world.signals("correct", payload={"to": to})
        world.returns("search", turn)
        world.returns("book~undo" if turn == 2 else "book#2~undo") if world.in_flight() != ["book"] else None
        world.returns("book", f"B{turn}")
    trace, made, kept = Trace(), list[str](), list[str]()
    for entry in world.entries:
        address = trace.place(entry)
        if isinstance(entry.event, CallIntended) and "~" not in address:
            made.append(address + trace.revision(address))
        elif isinstance(entry.event, StepKept):
            kept.append(address + trace.revision(address))
    assert ["search", "greet", "book", "last", "search#2", "book#2", "last", "search#3", "book#3", "last"] == made
    assert ["greet", "greet"] == kept
