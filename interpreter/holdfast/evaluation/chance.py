"""Calls that fail by chance: the same ones for the same seed, and for the same call of two plans."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from holdfast.plan.model.tests import ReplyModel
from holdfast.values import pair

if TYPE_CHECKING:
    from collections.abc import Sequence


@pair
class Chance:
    """What befalls calls.

    Args:
        seed: of this world.
        rate: how many tries fail, as a share.
        codes: with one of which.
    """

    seed: str
    rate: float
    codes: Sequence[str]

    def befalls(self, tool: str, address: str, attempt: int) -> ReplyModel | None:
        """How a try fails; None: it does not. Of a write that times out the effect may have taken place."""
        draw = random.Random(f"{self.seed}/{tool}/{address}/{attempt}")  # noqa: S311 - to be repeated
        if draw.random() >= self.rate:
            return None
        return ReplyModel(error=draw.choice(list(self.codes)), effect=draw.random() < 0.5)  # noqa: PLR2004 - half of them
