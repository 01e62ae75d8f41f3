"""Ways to kill a scenario: at every moment of its life, twice, or from outside at any instant."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from tests.crash.trial import Lives, Scenario, Trial, bank, undisturbed

Sides = tuple[str, ...]
AFTER: Sides = ("after",)
BOTH: Sides = ("before", "after")
Trials = Callable[[Scenario, Path, Lives], Trial]
"""Makes trials, each with a counterpart to which nothing has happened yet."""


def killed_everywhere(
    scenario: Scenario, folder: Path, lives: Lives, *second: str, trials: Trials = bank, sides: Sides = BOTH
) -> Trial:
    """Die once at every moment of an undisturbed run; with `second`, after every one, and in each takeover there.

    Every trial is judged. Gives the undisturbed one, with the deaths of all in `died`. `sides`: of what is done to the
    world or to the journal; before one thing is nearly the same as after the thing before it.
    """
    calm = trials(scenario, folder / "calm", lives)
    seen = undisturbed(calm)
    moments = [moment for _, moment, _ in calm.moments()]
    for number, deaths in enumerate(calm.deaths()):
        if not moments[number].startswith(AFTER if second else sides):
            continue  # nothing was done since the moment before, after which it died already
        again = [second[number // 2 % 2]] if second else []
        trial = trials(scenario, folder / str(number), lives)
        trial.judge(trial.to_the_end([*deaths, *again]), seen)
        assert trial.died >= 1 or scenario.concurrent
        calm.died += trial.died
    return calm


def killed_from_outside(scenario: Scenario, folder: Path, lives: Lives, times: int, trials: Trials = bank) -> int:
    """Die at instants that are drawn, twice in each of so many trials, all judged; how many deaths."""
    calm = trials(scenario, folder / "calm", lives)
    began = time.monotonic()
    seen = undisturbed(calm)
    lasted = time.monotonic() - began
    draw = random.Random(scenario.plan.name)
    died = 0
    for number in range(times):
        trial = trials(scenario, folder / str(number), lives)
        while trial.died < 2:
            began = time.monotonic()
            if trial.live(kill_after=draw.uniform(0.003, lasted))[1] is not None:
                lasted = min(lasted, time.monotonic() - began)  # the undisturbed one met a busier moment
                break
            trial.died += 1
        trial.judge(trial.to_the_end(), seen)
        died += trial.died
    return died
