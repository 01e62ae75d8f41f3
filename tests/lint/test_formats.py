"""Findings for programs, in each format."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from holdfast.diagnostics import Diagnostic, Span
from holdfast.lint.formats import concise, github, json_data, junit, sarif
from holdfast.lint.forms import every_form
from holdfast.lint.rules import every_rule

SPAN = Span("plans/a b.yaml", 6, 12, 6, 15, "    with: {nam: Ana}")
WRONG = Diagnostic(code="HF120", severity="error", message="takes no `nam`, 100%", span=SPAN, help="it takes: name")
LATE = Diagnostic(code="HF501", severity="info", message="nothing <says>", slug="no-description", confidence="possible")
FILES = ["plans/a b.yaml", "plans/c.yaml"]


def test_concise() -> None:
    """A line each, as compilers do it."""
    assert "plans/a b.yaml:6:12: error HF120 takes no `nam`, 100%\n-: info HF501 nothing <says>" == concise(
        [WRONG, LATE], FILES
    )


def test_json() -> None:
    """One document with a version; severity and confidence apart."""
    data = json_data([WRONG, LATE], FILES)
    assert {"version": 1, "files": 2, "counts": {"error": 1, "warning": 0, "info": 1}} == {
        name: data[name] for name in ("version", "files", "counts")
    }
    assert {
        "code": "HF501", "rule": "no-description", "severity": "info", "confidence": "possible",
        "message": "nothing <says>", "help": "",
    } == data["findings"][1]  # type: ignore[index]  # fmt: skip


def test_github_commands_are_escaped() -> None:
    """Properties and messages have escapes of their own, so that no text can end the command."""
    assert [
        "::error file=plans/a b.yaml,line=6,col=12,endLine=6,title=HF120::takes no `nam`, 100%25%0Ait takes: name",
        "::notice title=HF501::nothing <says>",
    ] == github([WRONG, LATE], FILES).splitlines()


def test_sarif_names_rules_and_places() -> None:
    """Each result points to a region; all rules are described."""
    document = json.loads(sarif([WRONG, LATE], FILES))
    run = document["runs"][0]
    described = sorted(one.code for one in [*every_form(), *every_rule()])
    assert described == [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    first, second = run["results"]
    assert {"uri": "plans/a%20b.yaml"} == first["locations"][0]["physicalLocation"]["artifactLocation"]
    region = {"startLine": 6, "startColumn": 12, "endLine": 6, "endColumn": 15}
    assert region == first["locations"][0]["physicalLocation"]["region"]
    assert ("error", "note", False) == (first["level"], second["level"], "locations" in second)


def test_junit_has_a_case_per_file() -> None:
    """A file with findings fails; the text is escaped."""
    suite = ET.fromstring(junit([WRONG], FILES))  # noqa: S314 - our own text
    assert ("2", "1") == (suite.get("tests"), suite.get("failures"))
    assert [("plans/a b.yaml", True), ("plans/c.yaml", False)] == [
        (case.get("name"), case.find("failure") is not None) for case in suite
    ]
    assert "HF501" in junit([LATE], [])


def test_nothing_in_a_plan_commands_a_terminal() -> None:
    """What would clear it, colour it or turn its line around is written as Python does; blanks of others stay."""
    sly = Diagnostic(
        code="HF120",
        severity="error",
        message="no `\x1b[2J\u202e`",
        help="a\u3000b",
        span=Span("\x07", 1, 1, 1, 2, "\x1b[2Ja"),
    )
    assert "\\x07:1:1: error HF120 no `\\x1b[2J\\u202e`" == concise([sly], [])
    assert "::error file=\\x07,line=1,col=1,endLine=1,title=HF120::no `\\x1b[2J\\u202e`%0Aa\u3000b" == github([sly], [])
    assert "no `\\x1b[2J\\u202e`" in (ET.fromstring(junit([sly], [])).findtext("testcase/failure") or "")  # noqa: S314
    assert [
        "\\x07:1:1: error HF120: no `\\x1b[2J\\u202e`", "  |", "1 | \ufffd[2Ja", "  | ^", "  = help: a\u3000b",
    ] == sly.render().splitlines()  # fmt: skip
