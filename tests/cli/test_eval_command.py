"""`holdfast eval`: cases, chance, two plans side by side, and mistakes in their files."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from holdfast.evaluation.evaluate import Variant, evaluate
from holdfast.evaluation.figures import figures
from holdfast.evaluation.schema import eval_schema
from holdfast.evaluation.suite import load_suite
from holdfast.people.policy.load import load_book
from holdfast.plan.load import load_plan
from holdfast.plan.schema import schema_text
from holdfast.registry import load_registry
from tests.cli.conftest import CHECKOUT, Project

EVAL = """
eval: greetings
plan: hello
tools: {hello.greet: [{returns: "Hello, Bo!"}], hello.keep: [{returns: null}]}
cases:
  - {name: good, expect: {status: succeeded}}
  - {name: bad, expect: {status: failed}}
"""


@pytest.fixture
def evals(hello: Project) -> Project:
    """A project with an evaluation."""
    scripts = json.dumps({name: [{"returns": value}] for name, value in _scripts(hello).items()})
    hello.write("evals/greetings.yaml", EVAL.replace(EVAL.splitlines()[3], f"tools: {scripts}"))
    return hello


def _scripts(project: Project) -> dict[str, object]:
    tools = project("tools", "list", "--json").json
    return {one["name"]: "Hello" for one in (tools["tools"] if isinstance(tools, dict) else tools)}


def test_cases_that_pass_and_fail(evals: Project) -> None:
    """How many, the interval, and what is wrong with the others at its place; the exit code is about the work."""
    done = evals("eval", "greetings")
    assert (0, "") == (done.code, done.err)
    assert "greetings: 2 cases, " in done.out
    assert "passed        1 of 2\n  success rate  50.0% (9.5% to 90.5%)\n" in done.out
    assert '  failed: bad  evals/greetings.yaml:7\n    status: expected "failed", got "succeeded"' in done.out
    assert not (evals.path / ".holdfast").exists()


def test_a_rate_that_is_too_low(evals: Project) -> None:
    """Ends with 1; over the cases that were asked for."""
    assert 1 == evals("eval", "greetings", "--fail-under", "0.6").code
    assert 0 == evals("eval", "greetings", "--fail-under", "0.6", "-k", "good").code
    assert 2 == evals("eval", "greetings", "--fail-under", "60").code
    assert 2 == evals("eval", "greetings", "-k", "nobody").code
    assert 2 == evals("eval", "greetings", "--repeat", "0").code


def test_two_plans_in_the_same_worlds(evals: Project) -> None:
    """Pair by pair; the same plan under another name differs nowhere, whatever chance does."""
    evals.write("plans/other.yaml", evals.read("plans/hello.yaml").replace("plan: hello", "plan: other"))
    evals.write("evals/greetings.yaml", evals.read("evals/greetings.yaml") + "faults: {rate: 0.5, codes: [timeout]}\n")
    arguments = ("eval", "greetings", "--plan", "hello", "--plan", "other", "--repeat", "6", "--json")
    data = evals(*arguments).json
    assert ["hello", "other"] == [one["name"] for one in data["variants"]]
    assert (12, 0, 0) == (
        data["variants"][0]["passed"]["of"],
        data["comparison"]["first"],
        data["comparison"]["second"],
    )
    assert data["runs"] == evals(*arguments).json["runs"]
    other = evals(*arguments, "--seed", "2").json["runs"]
    assert [one["calls"] for one in data["runs"]] != [one["calls"] for one in other]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "eval: x\nplan: hello\n",
            "there are no cases: they stand under `cases`, or in the file that `cases_from` names",
        ),
        ("eval: x\nplan: hello\ncases: [{nam: a}]\n", "x.yaml:3:10: error HF017: `nam`: did you mean `name`?"),
        ("eval: x\ncases: [{name: a}]\n", "does not say which plan"),
        ("eval: x\nplan: helo\ncases: [{name: a}]\n", "no plan `helo` in `plans/`: did you mean `hello`?"),
        ("eval: x\nplan: hello\ncases: [{name: a}, {name: a}]\n", "there are two cases `a`: the first stands at"),
        ("eval: x\nplan: hello\nfaults: often\ncases: [{name: a}]\n", "faults is a share of all tries"),
        ("eval: x\nplan: hello\ncases_from: nowhere.jsonl\n", "`evals/nowhere.jsonl` cannot be read"),
        (
            'eval: x\nplan: hello\ncases_from: "a\\0b"\n',
            "x.yaml:3:13: error HF001: `evals/a\\x00b` cannot be read: embedded",
        ),
        (
            'eval: x\nplan: hello\nvariants: [{name: a, policy: "\\0"}]\ncases: [{name: b}]\n',
            "the policy cannot be read `evals/\\x00` (embedded null byte)",
        ),
        ("eval: x\nplan: hello\ncases_from: bad.jsonl\n", "evals/bad.jsonl:2:2: error HF004: this line is no JSON"),
        ("eval: x\nvariants: [{name: a}, {name: a}]\nplan: hello\ncases: [{name: b}]\n", "two variants have the same"),
    ],
)
def test_mistakes_in_files(evals: Project, text: str, said: str) -> None:
    """Each is told with its place, and nothing is run."""
    evals.write("evals/x.yaml", text)
    evals.write("evals/bad.jsonl", '{"name": "a"}\n{nope}\n')
    done = evals("eval", "x")
    assert 2 == done.code
    assert said in " ".join(done.err.split())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"inputs": {}, "tolos": {}}', "bad.jsonl:3:16: error HF017: `tolos`"),
        (b'  {"name": "a", "tolos": {}}', "bad.jsonl:3:17: error HF017: `tolos`"),
        (rb'{"name": "\ud83d\ude00", "tolos": {}}', "bad.jsonl:3:26: error HF017: `tolos`"),
        (b'{"name": "a", "name": "b", "tolos": {}}', "bad.jsonl:3:15: error HF008: `name`"),
        (b'{"name": "gr\xfcn"}', "bad.jsonl:3:13: error HF002: the byte 0xfc is not UTF-8"),
        (b'{"name": ' + b"1" * 5000 + b"}", "bad.jsonl:3:1: error HF013: a number in this line is too long"),
        (b"[" * 100_000 + b"]" * 100_000, "bad.jsonl:3:1: error HF013: a number in this line is too long"),
    ],
)
def test_mistakes_in_lines(evals: Project, line: bytes, said: str) -> None:
    """Each is told with its place in the file, and shown as it is written there."""
    evals.write("evals/x.yaml", "eval: x\nplan: hello\ncases_from: bad.jsonl\n")
    (evals.path / "evals" / "bad.jsonl").write_bytes(b'{"name": "first"}\r\n\r\n' + line + b"\r\n")
    done = evals("eval", "x")
    assert 2 == done.code
    assert said in " ".join(done.err.split())
    assert '"x"' not in done.err


def test_lines_end_where_json_says(evals: Project) -> None:
    """A byte order mark is none of their business, and other line ends may stand in a text."""
    evals.write("evals/x.yaml", "eval: x\nplan: hello\ncases_from: more.jsonl\n")
    evals.write("evals/more.jsonl", '\ufeff{"name": "a\u2028b\x85c"}\n{"name": "d"}\n')
    assert 2 == evals("eval", "x", "--json").json["variants"][0]["passed"]["of"]


def test_an_evaluation_that_is_not_there(evals: Project) -> None:
    """What there is, is named; lint looks at these files, too."""
    assert (
        "no evaluation `greeting`: did you mean `greetings`?\n  = help: there are greetings"
        in evals("eval", "greeting").err
    )
    assert 0 == evals("lint", "evals").code
    evals.write("evals/x.yaml", "eval: x\nplan: hello\ncases: [{nam: a}]\n")
    assert 1 == evals("lint", "evals").code


def test_the_stored_schema_is_the_generated_one() -> None:
    """`schemas/eval.schema.json` says what the model says, and takes the example."""
    assert schema_text(eval_schema()) == (CHECKOUT / "schemas" / "eval.schema.json").read_text(encoding="utf-8")
    Draft202012Validator.check_schema(eval_schema())


def test_the_example_shows_what_a_policy_is_worth() -> None:
    """The strict one passes everywhere and asks people more."""
    folder = CHECKOUT / "plans" / "refund"
    suite, tools = load_suite(folder / "evals" / "refunds.yaml"), load_registry([str(folder / "tools")])
    plan = load_plan(folder / "refund.yaml")
    variants = [
        Variant(name=one.name, plan=plan, policy=load_book(folder / "evals" / one.policy).policy, said=one)
        for one in suite.said.variants or ()
    ]
    runs = evaluate(suite, variants, suite.cases, tools, 2, 1, lambda _done, _total: None)
    lenient, strict = figures(runs["lenient"]), figures(runs["strict"])
    assert (18, 24) == (lenient.passed.count, strict.passed.count)
    assert strict.reviews > 2 * lenient.reviews
