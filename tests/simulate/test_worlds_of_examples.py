"""Every plan in plans/ against a share of the worlds that `make worlds` goes through, behind its seeds."""

from __future__ import annotations

import pytest

from bench.worlds import PLANS, casts
from holdfast.simulate.explorer import Bounds, Explorer
from holdfast.simulate.reach import missed

EXAMPLES = sorted(path.stem for path in [*PLANS.glob("*.yaml"), *PLANS.glob("*/*.yaml")] if path.stem != "policy")
BEHIND = 100_001
"""The first seed that `make worlds` leaves out."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_law_holds_in_some_worlds_of_each_example(name: str) -> None:
    """With one thing out of the ordinary, as far as that goes, then drawn ones."""
    (cast,) = casts([name])
    seen = Explorer(cast, Bounds(depth=1, worlds=400, seeds=0, least=800, first_seed=BEHIND)).run()
    assert [] == [*seen.found]
    assert 800 <= seen.worlds
    assert seen.distinct > 10


def test_a_plan_that_is_made_in_a_run_may_be_refused() -> None:
    """Its step fails with `lint` then, as it does where it runs: the way that mends it is gone too."""
    (cast,) = casts(["planned"])
    seen = Explorer(cast, Bounds(depth=1, seeds=0)).run()
    assert [] == [*seen.found]
    assert [] == missed(cast.plan, seen.reached, "fallback")
    assert [] == missed(cast.plan, seen.reached, "step")
