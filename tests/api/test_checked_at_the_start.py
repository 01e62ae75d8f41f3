"""A run that is started from Python is asked what one is asked at the command line."""

from __future__ import annotations

import pytest

import holdfast
from holdfast.errors import PlanError
from holdfast.lint.example_tools import example_tools
from holdfast.plan.load import load_source

pytestmark = pytest.mark.anyio
WRONG = "holdfast: 1\nplan: p\nsteps: [{id: a, tool: flights.search, with: {too: JFK}}]\n"


async def test_what_profile_basic_calls_an_error_does_not_start() -> None:
    """With every finding, before anything of it is stored; whoever has linted it may say so."""
    plan = load_source(WRONG, "p.yaml")
    async with holdfast.open("memory:", tools=[]) as hf:
        hf.tools.add(example_tools().get("flights.search"))
        with pytest.raises(PlanError, match=r"HF120.*did you mean `to`"):
            await hf.start(plan)
        assert [] == await hf.runs()
        hf.trust(plan)
        assert "failed" == (await (await hf.start(plan)).result()).status
