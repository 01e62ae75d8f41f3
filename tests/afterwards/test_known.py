"""What facts were when somebody met them, whatever they have become since."""

from __future__ import annotations

from holdfast.afterwards.known import known
from holdfast.afterwards.reading import reads_at
from tests.core.world import World

LATER = """
facts: {f: {given: 1}}
steps:
  - id: both
    parallel:
      one: [{id: write, tool: t.once, with: {n: "{{ facts.f }}"}}]
      two: [{id: learn, set: {f: "{{ facts.f + 1 }}"}}]
"""


def test_a_review_that_is_asked_for_later_shows_the_fact_that_its_step_met() -> None:
    """A call begins, the fact changes, the call's answer is lost: who is asked sees what was sent."""
    world = World(LATER)
    world.fails("both/one/write", "timeout")
    (review,) = world.state.reviews.values()
    found = known(world.plan, world.entries)
    assert 2 == found.state.facts["f"]
    assert [("facts.f", 1)] == [(read.name, read.value) for read in reads_at(found, review.address)]


def test_versions_are_kept_with_the_entry_that_made_them() -> None:
    """Each once, in the order of their numbers; the present one is the last."""
    world = World(LATER)
    found = known(world.plan, world.entries)
    versions = {source: [one.value for one in some] for source, some in found.facts.items()}
    assert {"facts.f@1": [1], "facts.f@2": [2]} == versions
    assert "facts.f@2" == found.present("f")
    assert "facts.f@1" == found.read_by("both/one/write", "f")
    (first,), (second,) = found.facts.values()
    assert ["FactResolved", "FactsSet"] == [type(world.entries[one.seq - 1].event).__name__ for one in (first, second)]
