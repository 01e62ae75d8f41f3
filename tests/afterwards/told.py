"""What is told of the stored runs of tests/histories."""

from __future__ import annotations

from holdfast.afterwards.chronicle import Chronicle
from tests.histories.record import files
from tests.histories.test_replayed_for_ever import stored


def chronicle(name: str, until: int | None = None) -> Chronicle:
    """A plan's stored run, laid out; `until`: as it stood behind this entry."""
    plan, entries = stored(files(name)[0])
    return Chronicle(plan, entries[:until])
