"""The law about what is undone tells the revisions of a write apart, which a correction makes anew."""

from __future__ import annotations

import pytest

import holdfast
from holdfast.core.events import EndDecided, Entry, UndoSettled
from holdfast.journal.store import EffectRow
from holdfast.plan.load import load_source
from holdfast.registry import load_registry
from holdfast.simulate import laws
from holdfast.simulate.cast import Cast
from holdfast.simulate.laws import Broken
from holdfast.simulate.scene import Scene

PLAN = """
holdfast: 1
plan: pays
on_failure: compensate
steps: [{id: pay, tool: t.pay, timeout: 5s, compensate: {tool: t.back}}]
"""


@holdfast.tool("t.pay", effect="write", idempotency="key")
async def pay() -> str:
    """Pay."""
    raise AssertionError


@holdfast.tool("t.back", effect="write", idempotency="key")
async def back() -> None:
    """Undo it."""
    raise AssertionError


@pytest.fixture
def scene() -> Scene:
    """A run that was to be undone, and a person left what its second revision did."""
    scene = Scene(Cast(load_source(PLAN, "pays.yaml"), load_registry([pay, back])))
    left = UndoSettled(address="pay#2~undo", how="left")
    scene.entries = [Entry(1, 0.0, EndDecided(status="cancelled", undo=True)), Entry(2, 0.0, left)]
    return scene


def stands(scene: Scene, address: str, key: str) -> None:
    """Put an effect into the ledger of a world."""
    row = EffectRow(
        tool="t.pay", key=key, run=scene.run, address=address, state="succeeded", digest="", intended_at=0.0
    )
    scene.ledger.rows["t.pay", key] = row


def test_what_a_person_left_of_one_revision_is_no_other(scene: Scene) -> None:
    """The ledger knows a revision by its key, the journal by its address."""
    stands(scene, "pay", "u:pays:r:pay#2")
    laws._undone(scene)
    stands(scene, "pay", "u:pays:r:pay#3")
    with pytest.raises(Broken, match="still stands: u:pays:r:pay#3"):
        laws._undone(scene)


def test_undoing_a_revision_is_not_what_it_undoes(scene: Scene) -> None:
    """`pay#2~undo` stands when the run is over, and nothing undoes it."""
    stands(scene, "pay#2~undo", "u:pays:r:pay#2~undo")
    laws._undone(scene)
    assert [True, False, False] == [scene.undoable(one) for one in ("pay", "pay~undo", "pay#2~undo")]
