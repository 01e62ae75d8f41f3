"""Inputs that do not fit: all that is wrong is listed, and no run comes of it."""

from __future__ import annotations

import pytest

from tests.bad_input.conftest import notes, refused, several
from tests.cli.conftest import Project

PLAN = """
holdfast: 1
plan: p
inputs:
  city: {type: string, examples: [NYC]}
  seats: {type: integer, default: 1}
  price: {type: number, default: 1.5}
steps:
  - {id: keep, tool: note.add, with: {text: "{{ inputs.city }}"}}
output: "{{ inputs }}"
"""


@pytest.fixture
def asking(project: Project) -> Project:
    """A project whose plan has inputs."""
    project.write("plans/p.yaml", PLAN)
    return project


def test_all_that_is_wrong_is_said_at_once_and_mended_it_runs(asking: Project) -> None:
    """Missing, extra and wrong, each by its name; the corrected command is the first run there is."""
    wrong = asking("run", "p", "--task", "t", "--input", "citi=NYC", "--input", "seats=many", "--input", "price=NaN")
    refused(
        wrong,
        2,
        "the inputs do not fit plan `p`:",
        "input `citi` is not one of the plan's: did you mean `city`?",
        'input `city` is missing (string, for example "NYC")',
        'input `seats` must be integer, not "many"',
        'input `price` must be number, not "NaN"',
    )
    assert [] == notes(asking)
    right = ("run", "p", "--task", "t", "--input", "city=NYC", "--input", "seats=2", "--json")
    done, runs = several(asking, right, ("runs", "--json"))
    assert (0, {"city": "NYC", "seats": 2, "price": 1.5}) == (done.code, done.json["output"]), done.err
    assert (["NYC"], 1) == (notes(asking), len(runs.json))


NO_NUMBERS = (
    ("in.json", '{"city": "x", "price": NaN}', "in.json is no JSON: NaN"),
    ("large.json", '{"city": "x", "price": 1e999}', "input `price` cannot be journaled: it is inf"),
    ("in.yaml", "city: x\nprice: -.inf\n", "in.yaml:2:8: error HF015: `-.inf` is not allowed"),
)


def test_numbers_that_are_none_are_refused(asking: Project) -> None:
    """NaN and infinity, however they are written, are no JSON and never reach a journal."""
    for file, text, _ in NO_NUMBERS:
        asking.write(file, text)
    *tried, runs = several(asking, *(("run", "p", "--inputs", file) for file, _, _ in NO_NUMBERS), ("runs",))
    for (_, _, said), done in zip(NO_NUMBERS, tried, strict=True):
        refused(done, 2, said)
    assert ("no runs\n", []) == (runs.out, notes(asking))


def test_what_no_store_can_hold_is_refused(asking: Project) -> None:
    """Bytes that are not UTF-8, and a number beyond all measure, on the command line: the sentence says of what."""
    words = ("run", "p", "--input", "city=x")
    task, priority = several(asking, (*words, "--task", "a\udcff"), (*words, "--priority", "9" * 30))
    refused(task, 2, "`a?` is not UTF-8")
    refused(priority, 2, "the priority 9999", "cannot be stored: use a whole number from -1,000,000 to 1,000,000")
    assert [] == notes(asking)
