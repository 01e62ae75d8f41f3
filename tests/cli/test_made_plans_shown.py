"""A plan that is made in the run, at the command line: explained before, told afterwards."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Project

PLANS = Path(__file__).parents[2] / "plans"


def test_the_example_is_mended_asks_and_pays(project: Project) -> None:
    """As its page says: the slip is told with its place, each payment is put to a person, with where it came from."""
    tools = ("--tools", str(PLANS / "tools"))
    parked = project("run", str(PLANS / "planned.yaml"), *tools)
    assert 3 == parked.code
    run, child = (row["run"] for row in sorted(project("runs", "--json").json, key=lambda row: row["parent"] != ""))
    assert f"waits for the child run {child} at go/mend/again" in parked.out
    assert "at go;" not in parked.out
    for target in ("ada", "ben"):
        (row,) = project("inbox", "--json").json
        shown = project("inbox", row["id"]).out
        assert f'"target": "{target}"' in shown
        assert f"untrusted: steps.pay_{target} <- the text of the plan" in shown
        assert 0 == project("decide", row["id"], "approve", "--by", "fay").code
        project("resume", run, *tools)
    assert ("payments", "succeeded") == tuple(project("show", child, "--json").json[one] for one in ("plan", "status"))
    lines = project("show", run).out.splitlines()
    refused = next(number for number, line in enumerate(lines) if "failed with `lint`" in line)
    assert "line 6, column 11: `bank.transfr` is not among" in " ".join(lines)
    assert lines[refused].index("the child run") > lines[refused].index("+") + 8, "it stands below its step"
    assert {"paid": 2, "via": "mend"} == project("show", run, "--json").json["result"]["output"]
    assert 0 == project("replay", run).code
    assert 0 == project("replay", child).code


def test_explain_says_what_such_a_plan_may_touch(project: Project) -> None:
    """It is not told as a plan that only reads."""
    told = project("explain", str(PLANS / "planned.yaml"), "--tools", str(PLANS / "tools")).out
    assert "go  whatever the plan made there does with bank.transfer" in told
    assert "run the plan that steps.draft.output gives  (may touch bank.transfer;" in told
