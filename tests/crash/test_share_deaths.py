"""A child that asks for more of the budget, killed at every moment: what is given stands, whoever dies meanwhile."""

from __future__ import annotations

from pathlib import Path

from holdfast.lint.example_tools import example_tools
from holdfast.plan.load import load_source
from holdfast.plan.source import read
from holdfast.testing.runner import cases_of, verdicts

CHILD = """
holdfast: 1
plan: {name}
inputs: {{n: {{}}}}
steps:
  - id: all
    each: {{in: 'range(inputs.n)'}}
    do: [{{id: find, tool: flights.search, with: {{to: JFK}}}}]
output: "{{{{ steps.all.output | length }}}}"
"""
PARENT = """
holdfast: 1
plan: parent
budget: {calls: %d}
steps:
  - id: p
    on_failure: collect
    parallel:
      l: [{id: a, plan: needy, with: {n: 4}}]
      r: [{id: b, plan: modest, with: {n: %d}}]
output: {l: "{{ steps.a.output }}", r: "{{ steps.b.output }}"}
tests:
  - name: shares
    tools: {flights.search: [{returns: []}]}
    expect: {output: %s}
"""


def judged(folder: Path, calls: int, n: int, output: str) -> tuple[tuple[str, ...], int, set[str]]:
    """What becomes of the test of this family: faults, deaths tried, and what the run at the top has in its journal."""
    for name in ("needy", "modest"):
        (folder / f"{name}.yaml").write_text(CHILD.format(name=name))
    text, file = PARENT % (calls, n, output), str(folder / "parent.yaml")
    plan, document = load_source(text, file), read(text, file)
    (verdict,) = verdicts(plan, document, example_tools(), cases_of(document))
    assert verdict.played is not None
    return verdict.faults, verdict.deaths, {type(entry.event).__name__ for entry in verdict.played.entries}


def test_what_was_asked_for_and_given_survives_every_death(tmp_path: Path) -> None:
    """The child waits for what the other one leaves, and goes on with it; calls that a death repeats have room too."""
    faults, deaths, kinds = judged(tmp_path, 7, 1, "{l: 4, r: 1}")
    assert () == faults
    assert deaths > 30
    assert {"ChildAsked", "ShareAnswered"} <= kinds


def test_a_refusal_survives_every_death(tmp_path: Path) -> None:
    """Nothing is left for either: both are refused in the end."""
    faults, deaths, _ = judged(tmp_path, 4, 3, "{l: null, r: null}")
    assert () == faults
    assert deaths > 30
