"""Runs without `await`, and a package whose import costs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import anyio
import pytest

import holdfast
from tests.engine.world import plan

TEXT = "inputs: {name: {type: string}}\nsteps: [{id: a, set: {x: 1}}]\noutput: '{{ inputs.name }}'"


def test_a_run_without_await() -> None:
    """A script gets the result of a plan in one call."""
    result = holdfast.run_sync(plan(TEXT), inputs={"name": "Ana"}, store="memory:")
    assert ("succeeded", "Ana", True) == (result.status, result.output, result.ok)


def test_a_run_inside_a_running_loop() -> None:
    """A notebook has a loop already: the run gets a thread of its own, and errors come back as they are."""

    async def cell() -> object:
        return holdfast.run_sync(plan(TEXT), inputs={"name": "Bo"}, store="memory:").output

    async def wrong() -> object:
        return holdfast.run_sync(plan(TEXT), inputs={}, store="memory:")

    assert "Bo" == anyio.run(cell)
    with pytest.raises(holdfast.InputError, match="input `name` is missing"):
        anyio.run(wrong)


def test_a_plan_that_is_not_there() -> None:
    """A wrong path is a plan error, not a traceback about files."""
    with pytest.raises(holdfast.HoldfastError):
        holdfast.run_sync("no/such.yaml", store="memory:")


def test_importing_the_package_loads_nothing() -> None:
    """Names are loaded when they are used."""
    script = "import sys; before = set(sys.modules); import holdfast; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = [name for name in done.stdout.split() if name.startswith(("holdfast.", "asyncio", "pydantic", "yaml"))]
    assert [] == loaded


def test_an_unknown_name_is_an_attribute_error() -> None:
    """`hasattr` and friends work as they should."""
    with pytest.raises(AttributeError, match="no `opne`"):
        holdfast.opne  # noqa: B018 - the access is the test


def test_configuration_gives_store_tools_and_limits(tmp_path: Path) -> None:
    """A session takes what its configuration says, where the call does not say otherwise."""
    (tmp_path / "mine.py").write_text(
        'from holdfast import tool\n@tool("mine.one", effect="read")\nasync def one() -> int:\n    return 1\n'
    )
    (tmp_path / "holdfast.toml").write_text('store = "sqlite:here.db"\ntools = ["mine.py"]\n')

    async def main() -> object:
        async with holdfast.open(config=tmp_path / "holdfast.toml") as hf:
            return (await (await hf.start(plan("steps: [{id: a, tool: mine.one}]"))).result()).status

    assert "succeeded" == anyio.run(main)
    assert (tmp_path / "here.db").exists()
