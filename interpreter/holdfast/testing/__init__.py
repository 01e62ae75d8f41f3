"""Runs plans in invented worlds: scripted tools and people, time that passes at once, death at any moment.

`World` is for tests of one's own. Names are loaded when they are used: pytest imports its plugin at every start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.testing.trial import Played
    from holdfast.testing.world import World

__all__ = ["Played", "World"]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module `holdfast.testing` has no `{name}`")
    return getattr(import_module("holdfast.testing.world"), name)
