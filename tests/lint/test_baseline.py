"""The findings that were there before: known by what they are about, not by where they stand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from holdfast.diagnostics import Diagnostic
from holdfast.errors import ConfigError, PlanError
from holdfast.lint.baseline import Known, load, text
from holdfast.lint.example_tools import example_tools
from holdfast.lint.linter import lint
from holdfast.lint.rules import rules_of
from holdfast.plan.load import load_source

PLAN = """holdfast: 1
plan: p
steps:
  - {id: a, ask: {question: Well?, options: [x]}}
  - id: b
    each: {in: '[1]', as: one}
    do:
      - {id: c, ask: {question: And?, options: [x]}}
"""


def look(source: str) -> list[Diagnostic]:
    """What is found in a plan."""
    try:
        return lint(load_source(source, "p.yaml"), example_tools(), rules=rules_of("default"))
    except PlanError as error:
        return list(error.diagnostics)


def codes(found: list[Diagnostic]) -> list[str]:
    """Their codes."""
    return [one.code for one in found]


def test_what_is_known_stays_known_wherever_it_moves(tmp_path: Path) -> None:
    """Comments, new steps, another layout: the address is the same. What is new is shown."""
    file, place = tmp_path / "plans" / "p.yaml", tmp_path / "known.json"
    written, count = text(place, {file: (PLAN, look(PLAN))})
    place.write_text(written, encoding="utf-8")
    baseline = load(place)
    assert 4 == count == sum(baseline.split(file, PLAN, look(PLAN))[1].values())
    assert {"steps/a/ask", "steps/a/id", "steps/b/do/c/ask", "steps/b/do/c/id"} == {
        known.at for known in baseline.split(file, PLAN, look(PLAN))[1]
    }
    moved = PLAN.replace("steps:\n", "# new\nsteps:\n  - {id: z, ask: {question: New?, options: [x]}}\n\n")
    shown, hidden = baseline.split(file, moved, look(moved))
    assert (["HF402", "HF209"], [5, 5]) == (codes(shown), [one.span.line for one in shown if one.span])
    assert 4 == hidden.total()
    assert codes(look(PLAN)) == codes(baseline.split(tmp_path / "other.yaml", PLAN, look(PLAN))[0])


def test_what_is_gone_is_told(tmp_path: Path) -> None:
    """Only where it was looked for: in these files, by these rules, or in a file that is no more."""
    file, place = tmp_path / "p.yaml", tmp_path / "known.json"
    file.write_text(PLAN, encoding="utf-8")
    place.write_text(text(place, {file: (PLAN, look(PLAN))})[0], encoding="utf-8")
    baseline, half = load(place), PLAN.replace("options: [x]}}\n  - id: b", "options: [x], timeout: 1m}}\n  - id: b")
    hidden = baseline.split(file, half, look(half))[1]
    assert [(Known("p.yaml", "HF209", "steps/a/ask"), 1)] == baseline.gone(hidden, [file], {"HF209", "HF402"})
    assert [] == baseline.gone(hidden, [file], {"HF402"})
    assert [] == baseline.gone(hidden, [], {"HF209"})
    file.unlink()
    assert 4 == len(baseline.gone(Counter(), [], {"HF209", "HF402"}))


def test_a_file_under_two_names_is_one_file(tmp_path: Path) -> None:
    """Whether it is a link or was named twice: nothing is gone when it is looked at again."""
    file, link, place = tmp_path / "p.yaml", tmp_path / "link.yaml", tmp_path / "known.json"
    file.write_text(PLAN, encoding="utf-8")
    link.symlink_to(file)
    names = [file, link, tmp_path / "x" / ".." / "p.yaml"]
    written, count = text(place, {name: (PLAN, look(PLAN)) for name in names})
    place.write_text(written, encoding="utf-8")
    baseline = load(place)
    assert 4 == count
    for name in names:
        shown, hidden = baseline.split(name, PLAN, look(PLAN))
        assert [] == shown == baseline.gone(hidden, names, {"HF209", "HF402"})


def test_mistakes_in_the_form_are_never_known(tmp_path: Path) -> None:
    """Such a plan does not run, whoever has seen it."""
    broken = PLAN.replace("each:", "eech:")
    written, count = text(tmp_path / "known.json", {tmp_path / "p.yaml": (broken, look(broken))})
    assert (0, '{\n "version": 1,\n "findings": []\n}\n') == (count, written)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (None, "there is no baseline"),
        ("[]", "is no baseline"),
        ("{", "is no baseline"),
        ('{"version": 9}', "version 9"),
        ('{"version": 1, "findings": [{"file": "p", "code": "c", "at": "a", "count": 1e999}]}', "is no baseline"),
        ("[" * 100_000, "is no baseline"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, held: str | None, said: str) -> None:
    """With what to do."""
    place = tmp_path / "known.json"
    if held is not None:
        place.write_text(held, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load(place)
