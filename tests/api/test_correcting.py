"""`Holdfast.correct` and `Run.correct`: a fact was wrong, said by a program."""

from __future__ import annotations

import pytest

import holdfast
from holdfast import InputError, UnknownName
from holdfast.core.events import FactsCorrected
from tests.engine.world import plan

pytestmark = pytest.mark.anyio

PLAN = """
facts: {airport: {given: JFK}, rooms: {given: "{{ [1] }}"}}
steps: [{id: pick, ask: {question: 'to {{ facts.airport }}, {{ facts.rooms }}?', options: [yes, no]}}]
output: '{{ facts.airport }}'
"""


async def test_several_facts_at_once_by_name() -> None:
    """Those that change are given back; the journal has who said so, and the run goes on with what is right."""
    async with holdfast.open("memory:") as hf:
        run = await hf.start(plan(PLAN))
        await run.result()
        assert ("airport", "rooms") == await run.correct(airport="LGA", rooms=[2], by="ana")
        result = await run.result()
        corrected = [entry.event async for entry in run.entries() if isinstance(entry.event, FactsCorrected)]
        assert [FactsCorrected(values={"airport": "LGA", "rooms": [2]}, by="ana")] == corrected
        (review,) = await hf.reviews(run=run.id)
        assert ("waiting", "to LGA, [2]?") == (result.status, review.review.question)
        await hf.answer(review.review.id, "yes")
        assert "LGA" == (await run.wait()).output


async def test_the_same_value_changes_no_fact() -> None:
    """It is taken down as a person's word, and nobody is asked again."""
    async with holdfast.open("memory:") as hf:
        run = await hf.start(plan(PLAN))
        await run.result()
        (before,) = await hf.reviews(run=run.id)
        assert () == await hf.correct(run.id, {"airport": "JFK"}, by="ana")
        await run.result()
        assert [before.review.id] == [row.review.id for row in await hf.reviews(run=run.id)]


async def test_what_cannot_be_corrected_is_refused() -> None:
    """An unknown fact, none at all, a value that is no data, an unknown run, a run that is over."""
    async with holdfast.open("memory:") as hf:
        run = await hf.start(plan(PLAN))
        await run.result()
        with pytest.raises(InputError, match="no fact `room`: did you mean `rooms`"):
            await run.correct(room=2)
        with pytest.raises(InputError, match="a correction names a fact: airport, rooms"):
            await run.correct()
        with pytest.raises(InputError, match="cannot be journaled"):
            await run.correct(rooms=object())
        with pytest.raises(UnknownName):
            await hf.correct("nobody-1", {"airport": "LGA"})
        await hf.cancel(run.id)
        await run.wait()
        with pytest.raises(InputError, match=r"is over \(cancelled\): nothing of it can be corrected"):
            await run.correct(airport="LGA")
