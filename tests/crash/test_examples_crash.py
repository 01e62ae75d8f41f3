"""The example plans, killed at every position of their journals and after every effect, at their real services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.crash.killing import AFTER, killed_everywhere
from tests.crash.scenarios import PLANS, SCENARIOS
from tests.crash.test_flight_crash import STORY as FLIGHT
from tests.crash.test_saga_crash import STORY as SAGA
from tests.crash.trial import Lives, Scenario, Trial
from tests.crash.worlds import Counterpart
from tests.plans.stage import service


@dataclass(frozen=True, kw_only=True)
class Example:
    """An example plan in bad weather.

    Args:
        variable: by which its tools find its service.
        tables: of the service, in which the effects of each tool are counted.
        faults: what goes wrong.
        setup: what is PUT to the service before each run.
        inputs, answers, effects, silent, concurrent: see `Scenario`.
    """

    variable: str
    tables: Mapping[str, str]
    faults: Mapping[str, Any]
    inputs: Mapping[str, object]
    answers: Mapping[str, tuple[str, object]]
    effects: Mapping[str, int]
    setup: tuple[str, Mapping[str, object]] | None = None
    silent: frozenset[str] = frozenset()
    concurrent: bool = False


EXAMPLES = {
    "expense-approval": Example(
        variable="BOOKS_URL",
        tables={"expenses.book": "bookings", "expenses.pay": "transfers"},
        faults={"POST /bookings": [{"drop_after": True}], "POST /transfers": [{"drop_after": True}]},
        inputs={"receipt": "hotel-640"},
        answers={"pay": ("approve", None)},
        effects={"expenses.book": 1, "expenses.pay": 1},
    ),
    "incident-runbook": Example(
        variable="PLATFORM_URL",
        tables={"incidents.open": "incidents", "apps.restart": "restarts"},
        faults={"POST /incidents": [{"drop_after": True}], "POST /apps/*": [{"drop_after": True}]},
        setup=("/apps/checkout/trouble", {"cause": "mystery"}),
        inputs={"app": "checkout"},
        answers={"mend/by_hand/whoever_is_on_call": ("output", "nothing, sorry")},
        effects={"incidents.open": 1, "apps.restart": 1},
        silent=frozenset({"apps.release", "apps.traffic", "incidents.update"}),
    ),
    "research-and-write": Example(
        variable="WEB_URL",
        tables={"blog.publish": "posts", "mail.write": "mail"},
        faults={"POST /posts": [{"drop_after": True}], "GET /pages/*": [{"status": 503}]},
        inputs={"topic": "lamps"},
        answers={"publish": ("approve", None), "announce": ("reject", None)},
        effects={"blog.publish": 1, "mail.write": 1},
        concurrent=True,
    ),
    "refund": Example(
        variable="SHOP_URL",
        tables={"refunds.pay": "refunds", "customers.tell": "messages"},
        faults={"POST /refunds": [{"drop_after": True}], "POST /messages": [{"drop_before": True}]},
        inputs={"order": "A9", "complaint": "It arrived broken."},
        answers={"pay": ("approve", None)},
        effects={"refunds.pay": 1, "customers.tell": 1},
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_killed_at_every_position(
    name: str, tmp_path: Path, lives: Lives, hastened: Callable[[Path], Path], record_property: Callable[..., None]
) -> None:
    """Answers lost, people asked, a death anywhere: each effect once, nobody asked twice, no answer lost."""
    example, folder = EXAMPLES[name], PLANS / name
    (tools,) = (folder / "tools").glob("*.py")
    db = tmp_path / "service.db"
    scenario = Scenario(
        plan=hastened(folder / f"{name}.yaml"), tools=tools, effects=example.effects, inputs=example.inputs,
        answers=example.answers, silent=example.silent, concurrent=example.concurrent,
    )  # fmt: skip
    with service(folder / "service.py", db) as url:
        world = Counterpart(url, db, example.variable, example.tables)

        def trial(*about: Any) -> Trial:
            world.forget()
            assert httpx.post(f"{url}/admin/faults", json={"clear": True, **example.faults}).is_success
            if example.setup is not None:
                assert httpx.put(f"{url}{example.setup[0]}", json=example.setup[1]).is_success
            return Trial(*about, world)

        calm = killed_everywhere(scenario, tmp_path, lives, trials=trial, sides=AFTER)
    assert {f"after {what}" for what in (*example.effects, "answer", "append")} <= {
        what for _, what, _ in calm.moments()
    }
    record_property("kills", calm.died)


def test_every_plan_that_people_learn_from_is_killed() -> None:
    """A plan that is new among the examples needs a scenario, here or in one of the other files."""
    elsewhere = {FLIGHT.plan, SAGA.plan, PLANS / "follow-up-mail" / "follow-up-mail.yaml"}
    here = {PLANS / name / f"{name}.yaml" for name in EXAMPLES} | {one.plan for one in SCENARIOS.values()}
    examples = {file for file in PLANS.rglob("*.yaml") if file.name != "policy.yaml" and file.parent.name != "evals"}
    assert set() == examples - here - elsewhere
