"""Plans that read well and cannot run: every mistake at once, each in its place, with a suggestion."""

from __future__ import annotations

from tests.bad_input.conftest import refused
from tests.cli.conftest import Project

FORM = """holdfast: 1
plan: p
step: 1
steps:
  - id: greet
    tool: hello.greet
    timout: 5s
    timeout: soon
    optional: no
    retry: {attemps: 3, on: [timeot]}
  - id: second
    tol: hello.greet
  - third
"""
FORM_FINDINGS = (
    "p.yaml:3:1: error HF017: `step`: did you mean `steps`?",
    "p.yaml:7:5: error HF017: `timout`: did you mean `timeout`?",
    "p.yaml:8:14: error HF021: `soon` is not a duration; write it like `500ms`",
    "p.yaml:9:15: error HF019: `optional` must be `true` or `false`, and this is the text `no`",
    "= help: write `false`: `no` is text in YAML 1.2",
    "p.yaml:10:13: error HF017: `attemps`: did you mean `attempts`?",
    "p.yaml:10:30: error HF020: `timeot`: did you mean `timeout`?",
    "p.yaml:12:5: error HF022: `tol`: did you mean `tool`?",
    "p.yaml:13:5: error HF019: an item of `steps` must be a map, and this is the text `third`",
)

NAMES = """holdfast: 1
plan: p
inputs: {city: {type: string}}
steps:
  - id: greet
    tool: hello.greet
    with: {name: "{{ inputs.citi }}"}
  - id: greet
    tool: hello.greet
    with: {name: "{{ steps.gret.output }}"}
output: "{{ steps.greet.output | uper }}"
"""
NAMES_FINDINGS = (
    "p.yaml:7:22: error HF104: the plan has no input `citi`: did you mean `city`?",
    "p.yaml:8:9: error HF025: the id `greet` is used a second time; the first is in line 5, column 9",
    "p.yaml:10:22: error HF103: the plan has no step `gret`: did you mean `greet`?",
    "p.yaml:11:34: error HF101: no filter `uper`: did you mean `upper`?",
)

CALLS = """holdfast: 1
plan: p
steps:
  - id: one
    tool: hello.gret
  - id: two
    tool: hello.greet
    with: {nam: Ana}
  - id: three
    tool: hello.greet
    with: {name: 5, times: many}
"""
CALLS_FINDINGS = (
    "p.yaml:5:11: error HF040: there is no tool `hello.gret`: did you mean `hello.greet`?",
    "p.yaml:7:11: error HF121: `hello.greet` needs the argument `name` (string)",
    "p.yaml:8:12: error HF120: `hello.greet` takes no argument `nam`: did you mean `name`?",
    "p.yaml:11:18: error HF122: argument `name` of `hello.greet` is integer, where string is wanted",
    "= help: put it in quotes if text is meant",
    "p.yaml:11:28: error HF122: argument `times` of `hello.greet` is string, where integer is wanted",
)


def test_unknown_keys_and_wrong_types_are_all_named(project: Project) -> None:
    """A person mends the whole file after one try."""
    project.write("p.yaml", FORM)
    refused(project("run", "p.yaml"), 2, *FORM_FINDINGS)


def test_unknown_ids_and_inputs_are_all_named(project: Project) -> None:
    """References lead to what exists, and the nearest name is proposed."""
    project.write("p.yaml", NAMES)
    refused(project("run", "p.yaml", "--input", "city=NYC"), 2, *NAMES_FINDINGS)


def test_unknown_tools_and_arguments_are_all_named(project: Project) -> None:
    """Checked against the tools' own signatures before anything is called; nothing was begun."""
    project.write("p.yaml", CALLS)
    refused(project("run", "p.yaml"), 2, *CALLS_FINDINGS)
    assert not (project.path / ".holdfast" / "runs.db").exists()
