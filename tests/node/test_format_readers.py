"""The output of `lint` for programs, read by programs: what others wrote says whether it is what it claims to be."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from holdfast.diagnostics import Diagnostic, Edit, Fix, Span
from holdfast.lint.formats import FORMATS, json_data
from holdfast.lint.linter import lint
from holdfast.lint.output_schema import findings_schema
from holdfast.lint.pages import example
from holdfast.lint.rules import every_rule
from holdfast.plan.load import load_source
from holdfast.plan.schema import schema_text
from tests.cli.conftest import CHECKOUT
from tests.node import modules

SPAN = Span("plans/a b,c.yaml", 6, 12, 7, 3, "    with: {nam: Ana}")
FIX = Fix(title="write it", edits=(Edit(SPAN, "x: 1\n"),))
NASTY = [
    Diagnostic(
        code="HF120", severity="error", message="takes no `nam`, 100% :: <&>\"'\r\nx", span=SPAN, help="it: é😀"
    ),
    Diagnostic(code="HF501", severity="info", message="no place", slug="no-description", confidence="possible"),
    Diagnostic(code="HF202", severity="warning", message="a fix", span=SPAN, fix=FIX),
]
FILES = ["plans/a b,c.yaml", "plans/clean.yaml"]


@cache
def real() -> list[Diagnostic]:
    """What the rules find in their own examples: every rule once or more."""
    from holdfast.lint.example_tools import example_tools

    texts = [example(rule.bad) for rule in every_rule()]
    return [
        one
        for number, text in enumerate(texts)
        for one in lint(load_source(text, f"plans/{number}.yaml"), example_tools(), rules=every_rule())
    ]


def node(script: str, given: str = "") -> str:
    """What a program of Node.js prints, which may use the packages."""
    done = subprocess.run(
        ["node", "-e", script],
        input=given,
        cwd=modules().parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


@pytest.mark.parametrize("findings", [NASTY, []], ids=["nasty", "none"])
def test_sarif_is_what_its_schema_says(findings: list[Diagnostic]) -> None:
    """The schema of SARIF 2.1.0, as Microsoft's own checks ship it."""
    file = modules() / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
    schema = json.loads(file.read_text(encoding="utf-8-sig"))
    everything = json.loads(FORMATS["sarif"]([*findings, *real()], FILES))
    assert len(everything["runs"][0]["results"]) >= len(every_rule())
    for document in (everything, json.loads(FORMATS["sarif"](findings, FILES))):
        assert [] == [f"{error.json_path}: {error.message}" for error in Draft4Validator(schema).iter_errors(document)]


def test_every_finding_of_sarif_names_a_rule_that_is_described() -> None:
    """So that a viewer can tell what it is about; findings of the form are among them."""
    run = json.loads(FORMATS["sarif"](real(), FILES))["runs"][0]
    assert {result["ruleId"] for result in run["results"]} <= {rule["id"] for rule in run["tool"]["driver"]["rules"]}


def test_github_reads_the_commands_as_its_own_toolkit_writes_them() -> None:
    """The same names, the same escapes, in any order."""
    script = """
      const core = require('@actions/core');
      for (const one of JSON.parse(require('fs').readFileSync(0, 'utf8'))) core[one.level](one.message, one.at);
    """
    told = [
        {
            "level": {"error": "error", "warning": "warning", "info": "notice"}[one.severity],
            "message": f"{one.message}\n{one.help}" if one.help else one.message,
            "at": {"title": one.code} | _at(one.span),
        }
        for one in NASTY
    ]
    theirs = [_command(line) for line in node(script, json.dumps(told)).splitlines()]
    assert theirs == [_command(line) for line in FORMATS["github"](NASTY, FILES).split("\n")]


def _at(span: Span | None) -> dict[str, object]:
    if span is None:
        return {}
    return {"file": span.file, "startLine": span.line, "startColumn": span.column, "endLine": span.end_line}


def _command(line: str) -> tuple[str, dict[str, str], str]:
    head, _, message = line.removeprefix("::").partition("::")
    name, _, properties = head.partition(" ")
    return name, dict(one.split("=", 1) for one in properties.split(",")), message  # type: ignore[misc]


def test_junit_is_read_as_such() -> None:
    """By a reader of JUnit's reports: suites, cases, failures."""
    script = """
      const { parse } = require('junit2json');
      parse(require('fs').readFileSync(0, 'utf8')).then((read) => console.log(JSON.stringify(read)));
    """
    suite: dict[str, Any] = json.loads(node(script, FORMATS["junit"](NASTY, FILES)))
    assert ("holdfast lint", 3, 2) == (suite["name"], suite["tests"], suite["failures"])
    cases = {case["name"]: case.get("failure", []) for case in suite["testcase"]}
    assert {"plans/a b,c.yaml": 1, "plans/clean.yaml": 0, "-": 1} == {name: len(said) for name, said in cases.items()}
    assert "takes no `nam`, 100% :: <&>\"'" in cases["plans/a b,c.yaml"][0]["inner"]


def test_the_data_is_what_its_schema_says() -> None:
    """`--format json`: the version, every field described, and nothing that is not."""
    schema = findings_schema()
    strict = json.loads(
        json.dumps(schema).replace('"type": "object"', '"additionalProperties": false, "type": "object"')
    )
    document = json.loads(json.dumps(json_data([*NASTY, *real()], FILES, applied=NASTY)))
    assert [] == [error.message for error in Draft202012Validator(strict).iter_errors(document)]
    wrong = {**document, "version": 2, "findings": [{**document["findings"][0], "line": 0}]}
    assert 2 == len(list(Draft202012Validator(schema).iter_errors(wrong)))


def test_the_stored_schema_is_what_is_generated() -> None:
    """Make it again with: holdfast schema findings > schemas/findings.schema.json."""
    assert schema_text(findings_schema()) == (CHECKOUT / "schemas" / "findings.schema.json").read_text(encoding="utf-8")
