"""Whatever is put into a file, `lint`, `run` and `explain` neither crash nor hang, agree, and point into the file.

A small budget here; `make fuzz SECONDS=3600` goes on for as long as you like. What it finds belongs into `FOUND`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.api.session import Holdfast
from holdfast.engine.engine import Engine
from holdfast.engine.request import record
from holdfast.engine.settings import Settings
from holdfast.errors import InputError, PlanError, UnknownName
from holdfast.journal.memory import Memory
from holdfast.journal.store import RunFilter
from holdfast.plan.load import load_source
from holdfast.plan.program import Input, Plan
from holdfast.plan.schema import plan_schema
from holdfast.registry.resources import Resources
from tests.fuzz.corpus import corpus, tools
from tests.fuzz.examined import examine
from tests.fuzz.mutations import mutated

SEEDS = 8
INPUTS = 150
"""For each seed: two to three milliseconds each."""

HEAD = "holdfast: 1\nplan: p\n"
FOUND = [
    HEAD + "steps: [{id: a, tool: mail.send, with: {to: x}, retry: {attempts: 9999, factor: 100, max_delay: 9d}}]\n",
    "a: \rb\r\n",
    HEAD + "steps:\n- id\t: a\n  set\t: {x: 1} # holdfast: ignore[HF208] x\n",
    HEAD + 'steps: [{id: a, tool: mail.send, with: {to: x, "a\\nb": 1}}]\n',
    HEAD + "inputs: {x: {$ref: '#/nowhere'}}\nsteps: [{id: a, set: {x: 1}}]\n",
    HEAD + "inputs: {x: {allOf: [{$ref: '#'}], default: 1}}\nsteps: [{id: a, set: {x: 1}}]\n",
    HEAD + "facts: {x: {confidence: 08}}\nsteps: [{id: a, set: {x: 1}}]\n",
    HEAD + "steps: [{id: a, wait: 1s}]\ncleanup: {deadline: 1m, subject: x}\n",
    HEAD + 'steps: [{id: a, tool: crm.note, with: {"l\\e[31mad": x, "\\ud800": y}, human: [{reason: "\\a"}]}]\n',
    HEAD + "steps: [{id: a, set: {x: '{{ steps.b. steps.b.output }}'}}]\n",
    HEAD + f"steps: {'[{a: ' * 28}[]{'}]' * 28}\n",
]
"""Texts that were too much once."""


@pytest.mark.parametrize("seed", range(SEEDS))
def test_mutated_plans(seed: int) -> None:
    """Characters, words and trees of real plans, changed."""
    chance, texts, outcomes = random.Random(seed), corpus(), Counter[str]()
    for _ in range(INPUTS):
        outcomes[examine(mutated(chance.choice(texts), chance.choice(texts), chance), tools())[0]] += 1
    assert set(outcomes) <= {"no plan", "refused", "stands"}
    assert outcomes["no plan"] < INPUTS  # else nothing beyond the reader was tried


@pytest.mark.parametrize("text", corpus()[::9], ids=itertools.count())
def test_the_texts_they_are_made_from(text: str) -> None:
    """As they stand."""
    examine(text.encode("utf-8", errors="surrogatepass"), tools())


@pytest.mark.parametrize("text", FOUND)
def test_what_was_found_once(text: str) -> None:
    """It stays mended."""
    examine(text.encode(), tools())


@pytest.mark.parametrize("seed", range(2))
def test_a_run_takes_what_lint_takes_and_nothing_else(seed: int) -> None:
    """From Python, as at the command line: what is refused leaves no run, what is not begins but for its inputs."""
    chance, outcomes = random.Random(1000 + seed), Counter[str]()
    texts = [text for text in corpus() if text.startswith("holdfast")]
    for _ in range(250):
        source = mutated(chance.choice(texts), chance.choice(texts), chance)
        outcome, _ = examine(source, tools())
        if outcome != "no plan":
            assert outcome == asyncio.run(_begun(load_source(source, "fuzz.yaml")))
        outcomes[outcome] += 1
    assert {"no plan", "refused", "stands"} == set(outcomes)


async def _begun(plan: Plan) -> str:
    store = Memory()
    engine = Engine(store, tools(), Settings())  # never entered: nothing is carried out
    began = list[str]()

    async def start(plan: Plan, **_: Any) -> Any:
        inputs = {name: secret_or(_ANY, one) for name, one in plan.inputs.items() if one.required}
        with contextlib.suppress(InputError):  # what these inputs lack is no fault of the plan's form
            await record(store, tools(), plan, 0.0, inputs=inputs)
        tools().contracts(sorted(plan.tools))  # asked for after the inputs
        began.append(plan.name)
        return SimpleNamespace(run="r")

    engine.start = start  # type: ignore[method-assign]
    engine.calls = SimpleNamespace(workplace=SimpleNamespace(resources=Resources()))  # type: ignore[assignment]
    try:
        await Holdfast(engine).start(plan)
    except (PlanError, UnknownName):
        assert [] == await store.runs(RunFilter())
        return "refused"
    return "stands" if began else "refused"


def secret_or(value: object, declared: Input) -> object:
    """A value for an input; a reference where it is secret."""
    return "env:HOME" if declared.secret else value


_ANY = "x"


def _schema_keys() -> list[str]:
    schema = plan_schema()
    nodes = [schema, *schema["$defs"].values()]
    return sorted({key for node in nodes for key in node.get("properties", {})})


KEYS = st.sampled_from(_schema_keys())
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 10), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["a", "b", "1s", "{{ steps.a.output }}", "inputs.a", "{{ facts.b[0] }}", "error.code", "all", ""]),
    st.text("{}[]()|.'\"+-*/ abins=<>,:#&!?%~\n\t0é", max_size=12),
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.dictionaries(KEYS, TREES, max_size=4), min_size=1, max_size=3), more=TREES)
def test_words_of_the_language_in_any_order(steps: list[dict[str, object]], more: object) -> None:
    """Trees whose keys are the language's own."""
    listed = [{"id": f"s{number}", "tool": "mail.send", **step} for number, step in enumerate(steps)]
    whole = {"holdfast": 1, "plan": "p", "steps": listed, **(more if isinstance(more, dict) else {})}
    examine(json.dumps(whole).encode(), tools())


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode(errors="replace"))))
def test_any_bytes(source: bytes) -> None:
    """No form at all."""
    examine(source, tools())


def _backwards(size: int) -> str:
    rows = [f"- {{id: s{n}, set: {{x{n}: '{{{{ steps.s{n + 1}.output.x{n + 1} }}}}'}}}}" for n in range(size)]
    facts = [f"  f{n}: {{given: '{{{{ facts.f{n + 1} }}}}'}}" for n in range(size)]
    return (
        "facts:\n"
        + "\n".join(facts)
        + f"\n  f{size}: {{given: 1}}\nsteps:\n"
        + "\n".join([*rows, f"- {{id: s{size}, set: {{x{size}: 1}}}}"])
    )


def _chain(size: int) -> str:
    rows = [
        f"- {{id: s{n}, set: {{x: '{{{{ [steps.s{max(n - 1, 0)}.output, steps.s{max(n - 2, 0)}.output] }}}}'}}}}"
        for n in range(size)
    ]
    return "steps:\n" + "\n".join(rows)


def _facts(size: int) -> str:
    rows = [f"  f{n}: {{given: '{{{{ [facts.f{n - 1}, facts.f{max(n - 2, 0)}] }}}}'}}" for n in range(1, size)]
    return (
        "facts:\n  f0: {given: 1}\n"
        + "\n".join(rows)
        + f"\nsteps: [{{id: a, set: {{x: '{{{{ facts.f{size - 1} }}}}'}}}}]"
    )


def _forks(size: int) -> str:
    rows = ["- {id: w0, tool: web.fetch, with: {url: x}}"]
    for n in range(1, size):
        read = f"{{{{ steps.w{n - 1}.output }}}}"
        rows += [
            f"- id: w{n}\n  switch:",
            f"  - {{when: steps.w{n - 1}.output, do: [{{id: l{n}, tool: web.fetch, with: {{url: '{read}'}}}}]}}",
            f"  - do: [{{id: r{n}, tool: mail.send, with: {{to: '{read}'}}}}]",
        ]
    return "steps:\n" + "\n".join(rows)


def _deep(kind: str, depth: int) -> str:
    inner = "{id: x, tool: mail.send, with: {to: a}}"
    for n in range(depth):
        inner = kind % {"n": n, "inner": inner}
    return f"steps: [{inner}]"


NESTED = {
    "do": ("{id: n%(n)d, retry: 3, do: [%(inner)s]}", 29),
    "fallback": ("{id: n%(n)d, tool: t, retry: 3, fallback: [%(inner)s]}", 29),
    "parallel": ("{id: n%(n)d, parallel: {l: [%(inner)s], r: [{id: r%(n)d, wait: 1s}]}}", 19),
    "switch": ("{id: n%(n)d, switch: [{when: inputs, do: [%(inner)s]}, {do: [{id: r%(n)d, wait: 1s}]}]}", 14),
    "each": ("{id: n%(n)d, each: {in: 'steps', concurrency: 9}, do: [%(inner)s]}", 29),
}
LARGE = {
    "each step reads the two before it": _chain(300),
    "each fact rests on the two before it": _facts(200),
    "each step and fact rests on the one after it": _backwards(150),
    "forks one after the other": _forks(100),
    "a list of parentheses": f"steps: [{{id: a, set: {{x: '{{{{ {'(' * 10}1{')' * 10} }}}}'}}}}]",
    "a chain of conditions": f'steps: [{{id: a, when: "{"inputs and " * 25}inputs", set: {{x: 1}}}}]',
    "a chain of choices": f"steps: [{{id: a, set: {{x: '{{{{ {'1 if inputs else ' * 25}2 }}}}'}}}}]",
    **{f"{name} in itself": _deep(*about) for name, about in NESTED.items()},
}


@pytest.mark.parametrize("name", LARGE)
def test_size_costs_no_more_than_size(name: str) -> None:
    """Whatever is doubled at every level or along every way would not end."""
    assert "no plan" != examine((HEAD + LARGE[name]).encode(), tools())[0]
