"""Which files the sub-plans of a plan are, and what is wrong with those that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.errors import PlanError
from holdfast.plan.family import family
from holdfast.plan.load import load_plan
from holdfast.plan.program import Plan


def plan(folder: Path, file: str, *steps: str) -> Plan:
    """A plan file with these actions."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"  - {{id: s{number}, {step}}}\n" for number, step in enumerate(steps))
    path.write_text(f"holdfast: 1\nplan: {path.stem}\nsteps:\n{lines}", encoding="utf-8")
    return load_plan(path)


def test_names_and_paths_are_found_from_the_plans_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the plan, in a folder of its own, by path, and at last in `plans/` of the folder one works in."""
    beside = plan(tmp_path, "beside.yaml", "wait: 1s")
    own = plan(tmp_path, "own/own.yaml", "wait: 2s")
    part = plan(tmp_path, "parts/part.yml", "wait: 3s")
    far = plan(tmp_path, "work/plans/far.yaml", "wait: 4s")
    monkeypatch.chdir(tmp_path / "work")
    top = plan(tmp_path, "top.yaml", "plan: beside", "plan: own", "plan: parts/part.yml", "plan: far", "plan: beside")
    found = family(top)
    assert {
        top.hash: {"beside": beside.hash, "own": own.hash, "parts/part.yml": part.hash, "far": far.hash}
    } == found.links
    assert {beside.hash, own.hash, part.hash, far.hash} == set(found.plans)


def test_a_family_goes_down_and_round(tmp_path: Path) -> None:
    """Children of children are found, and a plan that runs itself ends the search."""
    plan(tmp_path, "deep.yaml", "wait: 1s")
    middle = plan(tmp_path, "middle.yaml", "plan: deep", "plan: top")
    top = plan(tmp_path, "top.yaml", "plan: middle")
    found = family(top)
    assert {top.hash, middle.hash} == set(found.links)
    assert {"top": top.hash} == {name: link for name, link in found.links[middle.hash].items() if name == "top"}


def test_what_is_missing_is_named_where_it_is_called(tmp_path: Path) -> None:
    """Every missing file at once, with place and suggestion; a child with mistakes shows its own."""
    plan(tmp_path, "invoice.yaml", "wait: 1s")
    (tmp_path / "bad.yaml").write_text("holdfast: 1\nplan: bad\nsteps: []\n", encoding="utf-8")
    top = plan(tmp_path, "top.yaml", "plan: invoise", "plan: parts/none.yaml", "plan: bad")
    with pytest.raises(PlanError) as caught:
        family(top)
    said = [(one.code, one.span and (one.span.line, one.span.column), one.message) for one in caught.value.diagnostics]
    assert ("HF033", (4, 20)) == said[0][:2]
    assert "did you mean `invoice`?" in said[0][2]
    assert "parts/none.yaml" in said[1][2]
    assert "bad.yaml" in str(caught.value.diagnostics[2])
