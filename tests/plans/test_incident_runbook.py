"""The runbook: what is tried, what helped, and whose it is when nothing did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.plans.stage import Stage, stage

WAITING = 3
CHECKOUT = ("--input", "app=checkout", "--task", "checkout-1")


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Stage]:
    """The platform, all of it well."""
    with stage("incident-runbook", "PLATFORM_URL", tmp_path) as found:
        yield found


def trouble(platform: Stage, cause: str) -> None:
    """Break the app, or mend it by hand."""
    assert httpx.put(f"{platform.url}/apps/checkout/trouble", json={"cause": cause}).is_success


def told(platform: Stage) -> list[tuple[str, str]]:
    """What the public reads."""
    return platform.rows("SELECT status, text FROM incidents ORDER BY id")


def test_an_app_that_is_well_is_left_alone(platform: Stage) -> None:
    """Nothing is done, nobody is told."""
    assert {"mended_by": "nothing"} == platform.run(*CHECKOUT)["output"]
    assert ([], []) == (told(platform), platform.rows("SELECT * FROM restarts"))


@pytest.mark.parametrize(
    ("cause", "helped", "release"),
    [("leak", "restart", 2), ("release", "the release before", 1)],
    ids=["leak", "release"],
)
def test_what_is_known_is_tried_in_order(platform: Stage, cause: str, helped: str, release: int) -> None:
    """The traffic comes back, and the public reads what helped."""
    trouble(platform, cause)
    assert {"mended_by": helped} == platform.run(*CHECKOUT)["output"]
    assert [(release, 100)] == platform.rows("SELECT release, traffic FROM apps")
    assert [("closed", f"checkout is well again. What helped: {helped}.")] == told(platform)


def test_a_person_takes_over_and_gives_it_back(platform: Stage) -> None:
    """With the incident and what was seen before; what they say goes into the record."""
    trouble(platform, "mystery")
    parked = platform.run(*CHECKOUT, expect=WAITING)
    (review,) = platform.holdfast("inbox")
    assert ("oncall", "mend/by_hand/whoever_is_on_call") == (review["to"], review["address"])
    assert ("I1", 2) == (review["context"]["incident"], review["context"]["before"]["release"])
    assert [(10,)] == platform.rows("SELECT traffic FROM apps")
    trouble(platform, "")
    platform.holdfast("decide", review["id"], "output", "--value", '"a cable"', "--by", "olga")
    assert {"mended_by": "a cable"} == platform.holdfast("resume", parked["run"])["output"]
    assert [("closed", "checkout is well again. What helped: a cable.")] == told(platform)
    assert [(100,)] == platform.rows("SELECT traffic FROM apps")


def test_what_a_person_says_is_looked_at(platform: Stage) -> None:
    """It is given back as mended and is not: the public is told, the traffic stays away."""
    trouble(platform, "mystery")
    parked = platform.run(*CHECKOUT, expect=WAITING)
    (review,) = platform.holdfast("inbox")
    platform.holdfast("decide", review["id"], "output", "--value", '"nothing, sorry"', "--by", "olga")
    result = platform.holdfast("resume", parked["run"])
    assert ("succeeded", None) == (result["status"], result["output"])
    assert [("open", "checkout still fails (failed_precondition). Most of it goes elsewhere.")] == told(platform)
    assert [(10,)] == platform.rows("SELECT traffic FROM apps")


def test_a_person_ends_the_run(platform: Stage) -> None:
    """The run is theirs to close, with a status of their own."""
    trouble(platform, "mystery")
    parked = platform.run(*CHECKOUT, expect=WAITING)
    (review,) = platform.holdfast("inbox")
    ending = '{"status": "failed", "reason": "we switch it off"}'
    platform.holdfast("decide", review["id"], "close", "--value", ending, "--by", "olga")
    assert "failed" == platform.holdfast("resume", parked["run"], expect=1)["status"]
