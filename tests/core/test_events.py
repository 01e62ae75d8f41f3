"""What a journal is made of: observations and decisions, and nothing that is both or neither."""

from __future__ import annotations

import dataclasses
import inspect
from typing import get_args

import pytest

from holdfast.core import events
from holdfast.core.events import Decision, Event, Observation
from holdfast.core.evolve import EVOLVE

KINDS = get_args(Event)


def test_an_event_is_an_observation_or_a_decision() -> None:
    """Two closed families: what came in, and what was concluded from it; the fold knows each kind of both."""
    came, concluded = set(get_args(Observation)), set(get_args(Decision))
    written = {
        one
        for _, one in inspect.getmembers(events, inspect.isclass)
        if one.__module__ == events.__name__ and one.__name__ not in {"Entry", "Unset"}
    }
    assert set() == came & concluded
    assert written == came | concluded
    assert written == set(EVOLVE)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_event_says_when_it_occurs(kind: type) -> None:
    """A sentence of its own, and fields that are declared."""
    said = kind.__doc__ or ""
    assert said.split(".")[0].count(" ") > 1, said
    assert dataclasses.is_dataclass(kind)
