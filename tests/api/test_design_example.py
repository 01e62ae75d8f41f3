"""The example of the design, as it stands there."""

from __future__ import annotations

import textwrap
from pathlib import Path
from types import ModuleType

import anyio
import pytest

import holdfast

PLAN = """
holdfast: 1
plan: book-flight
inputs: {city: {type: string}}
facts:
  airport: {given: JFK}
steps:
  - id: book
    tool: flights.book
    with: {airport: "{{ facts.airport }}"}
    human: [{reason: Dear, to: finance, timeout: 1h, on_timeout: reject}]
output: "{{ steps.book.output }}"
"""
EXAMPLE = """
plan = holdfast.load_plan("plans/book-flight.yaml")           # raises PlanError with diagnostics
async with holdfast.open("sqlite:runs.db", tools=[my_tools]) as hf:
    run = await hf.start(plan, inputs={...}, task="trip-42", user="u-1")   # idempotent
    async for entry in run.entries(follow=True): ...
    result = await run.result()                                # Result(status, output, error, ...); parked runs: await run.wait()
    await hf.decide(review_id, holdfast.Approve(by="ana"))
    await run.correct(airport="LGA", by="u-1")
"""  # noqa: E501 - as it stands there


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the plan."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans/book-flight.yaml").write_text(PLAN, encoding="utf-8")


@pytest.mark.anyio
@pytest.mark.usefixtures("home")
async def test_the_example_of_the_design() -> None:
    """Every line of it, put in the order in which a run can be asked for such things."""
    my_tools = ModuleType("my_tools")

    @holdfast.tool("flights.book", effect="write", idempotency="natural")
    async def book(airport: str) -> str:
        """Book."""
        return f"a seat from {airport}"

    my_tools.book = book
    load, opened, start, follow, first, decide, correct = EXAMPLE.strip().splitlines()
    follow = follow.replace(": ...", ": seen.append(entry.seq)")
    start = start.replace("{...}", "{'city': 'NYC'}")
    review = "    review_id = result.waiting[0]['id']"
    lines = [
        load, "again = review_id = None", "seen = []", opened, start, start.replace("run =", "again ="), first, correct,
        "    await anyio.sleep(0.3)", first, review, decide,
        "    result = await run.wait()", follow,
    ]  # fmt: skip
    body = textwrap.indent("\n".join([*lines, "return run, again, result, seen"]), "    ")
    names: dict[str, object] = {"holdfast": holdfast, "my_tools": my_tools, "anyio": anyio}
    exec(f"async def example():\n{body}", names)  # noqa: S102 - the design's own example
    run, again, result, seen = await names["example"]()  # type: ignore[operator]
    assert (run.id, "succeeded", "a seat from LGA") == (again.id, result.status, result.output)
    assert seen == list(range(1, len(seen) + 1))
