"""The form of a plan: pydantic and the JSON Schema agree, and each mistake is one finding at its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from holdfast.errors import PlanError
from holdfast.plan.model import check
from holdfast.plan.schema import plan_schema, schema_text
from holdfast.plan.source import read
from tests.plan.documents import BAD, GOOD, HEAD, ONE, step

SCHEMAS = Path(__file__).parents[2] / "schemas"
SCHEMA = plan_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def findings(source: str) -> list[tuple[str, int, int, str]]:
    """Code, line, column and message of each finding about a document's form."""
    with pytest.raises(PlanError) as caught:
        check(read(source, "p.yaml"))
    found = caught.value.diagnostics
    return [(one.code, one.span.line, one.span.column, one.message) for one in found if one.span]


def test_the_stored_schema_is_the_generated_one() -> None:
    """`schemas/plan.schema.json` says what the model says; write it anew with `holdfast schema` when this fails."""
    assert schema_text(SCHEMA) == (SCHEMAS / "plan.schema.json").read_text(encoding="utf-8")


def test_the_schema_is_one() -> None:
    """The generated schema is valid JSON Schema 2020-12, and its defaults fit themselves."""
    Draft202012Validator.check_schema(SCHEMA)
    for definition in SCHEMA["$defs"].values():
        for declared in definition["properties"].values():
            if "default" in declared:
                schema = declared | {"$defs": SCHEMA["$defs"]}
                assert [] == list(Draft202012Validator(schema).iter_errors(declared["default"]))


@pytest.mark.parametrize("source", GOOD)
def test_good_documents_pass_both(source: str) -> None:
    """What pydantic takes, the schema takes."""
    document = read(source, "p.yaml")
    assert "p" == check(document).plan
    assert [] == list(VALIDATOR.iter_errors(document.data))


@pytest.mark.parametrize("source", BAD)
def test_bad_documents_fail_both_with_one_finding(source: str) -> None:
    """What the schema refuses, pydantic refuses, with one finding per mistake."""
    assert not VALIDATOR.is_valid(read(source, "p.yaml").data)
    assert 1 == len(findings(source))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (ONE + "  timout: 1s\n", ("HF017", 6, 3, "`timout`: did you mean `timeout`?")),
        (ONE + "colour: red\n", ("HF017", 6, 1, "a plan has no key `colour`")),
        ("holdfst: 1\nplan: p\nsteps: [{id: a, tool: t}]\n", ("HF017", 1, 1, "`holdfst`: did you mean `holdfast`?")),
        (HEAD, ("HF018", 1, 1, "a plan needs `steps`, which is missing here")),
        (HEAD + "steps:\n- tool: t\n", ("HF018", 4, 3, "a step needs `id`, which is missing here")),
        (ONE.replace("1", "2", 1), ("HF016", 1, 11, "this program knows version 1 of the language, and this is `2`")),
        (step("tol: t"), ("HF022", 4, 11, "`tol`: did you mean `tool`?")),
        (step("jump: x"), ("HF022", 4, 11, "`jump` is not an action")),
        (step("tool: t, ask: {}"), ("HF022", 4, 20, "`ask` beside `tool`: a step has exactly one action")),
        (step("tool: t, each: {in: x}"), ("HF023", 4, 20, "`each` goes with `do`, and this step is a `tool`")),
        (step("tool: t, retry: {on: [timeot]}"), ("HF020", 4, 33, "`timeot`: did you mean `timeout`?")),
        (step("tool: t, retry: {attemps: 3}"), ("HF017", 4, 28, "`attemps`: did you mean `attempts`?")),
        (step("tool: t, description: 5"), ("HF019", 4, 33, "`description` must be text, and this is the number `5`")),
        (step("tool: t, timeout: 1x"), ("HF021", 4, 29, "`1x` is not a duration")),
        (step("parallel: {b: [{id: x, tool: t, whn: x}]}"), ("HF017", 4, 43, "`whn`: did you mean `when`?")),
        (step("switch: [{when: x, doo: [{id: b, tool: t}]}]"), ("HF017", 4, 30, "`doo`: did you mean `do`?")),
        (step("set: {A: 1}"), ("HF020", 4, 17, "`A` is not a name that can stand here")),
        (step("ask: {question: q}"), ("HF024", 4, 11, "a question needs `options` to choose from, or a `schema`")),
    ],
)
def test_a_mistake_is_named_where_it_stands(source: str, found: tuple[str, int, int, str]) -> None:
    """Code, place and words for each kind of mistake in the form."""
    code, line, column, message = found
    [(*place, words)] = findings(source)
    assert ([code, line, column], message) == (place, words[: len(message)])


def test_all_mistakes_are_found_in_the_order_of_the_file() -> None:
    """Independent mistakes are all reported, from top to bottom, at most fifty."""
    found = findings(step("tool: 5, optional: maybe, deadline: x") + "colour: red\nowner: 1\n")
    assert [("HF019", 4), ("HF019", 4), ("HF021", 4), ("HF017", 5), ("HF019", 6)] == [one[:2] for one in found]
    many = HEAD + "steps:\n" + "".join(f"- {{id: s{n}, tool: {n}}}\n" for n in range(80))
    assert 50 == len(findings(many))


def test_hint_for_yaml_1_1_truth() -> None:
    """`optional: yes` is a text now, and the finding says what to write."""
    with pytest.raises(PlanError) as caught:
        check(read(step("tool: t, optional: yes"), "p.yaml"))
    assert "write `true`: `yes` is text in YAML 1.2" == caught.value.diagnostics[0].help


def test_every_key_in_the_schema_is_described() -> None:
    """Editors can show a sentence for each key, unless it stands for a map that has its own."""
    lacking = [
        f"{name}.{key}"
        for name, definition in SCHEMA["$defs"].items()
        for key, declared in definition["properties"].items()
        if not {"description", "$ref"} & declared.keys()
    ]
    assert [] == lacking
    assert json.loads(schema_text(SCHEMA)) == SCHEMA


def test_a_key_that_is_refused_is_not_offered() -> None:
    """Deep in an escalation of a question, where forms refer to themselves."""
    source = f"""{HEAD}
steps:
  - id: a
    ask: {{question: q, timeout: 1m, on_timeout: {{escalate: {{to: b, timeout: 1m, on_timeout: {{subject: x}}}}}}}}
"""
    with pytest.raises(PlanError) as refused:
        check(read(source, "p.yaml"))
    (found,) = [one for one in refused.value.diagnostics if one.code == "HF017"]
    assert ("`on_timeout` has no key `subject`", "`on_timeout` may have escalate") == (found.message, found.help)
