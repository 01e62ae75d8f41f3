"""Whatever may stand in a plan many times: four times as much of it takes about four times as long."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from holdfast.errors import PlanError
from holdfast.lint.example_tools import example_tools
from holdfast.lint.linter import lint
from holdfast.lint.pages import example
from holdfast.lint.rules import every_rule
from holdfast.plan.load import load_source

TRIES = 3


def _rows(row: str, count: int) -> str:
    """A line per number: `%` is the number, `>` the one after."""
    return "".join(row.replace("%", str(n)).replace(">", str(n + 1)) + "\n" for n in range(count))


def _facts(count: int) -> str:
    rows = _rows("  f%: {given: '{{ facts.f> }}'}", count)
    return f"facts:\n{rows}  f{count}: {{given: 1}}\nsteps: [{{id: a, set: {{x: '{{{{ facts.f0 }}}}'}}}}]"


def _sets(count: int) -> str:
    first = "steps:\n  - {id: w, tool: web.fetch, with: {url: x}}\n  - {id: s, set: {f0: '{{ steps.w.output }}'}}\n"
    last = f"  - {{id: m, tool: mail.send, with: {{to: '{{{{ facts.f{count} }}}}'}}}}"
    return first + _rows("  - {id: s%, set: {f>: '{{ facts.f% }}'}}", count) + last


def _cases(count: int) -> str:
    row = "      - {when: inputs.a == 'v%', do: [{id: c%, tool: mail.send, with: {to: x}}]}"
    return "inputs: {a: {type: string}}\nsteps:\n  - id: s\n    switch:\n" + _rows(row, count)


GROWING: dict[str, tuple[Callable[[int], str], int]] = {
    "facts that each read the next one": (_facts, 400),
    "facts that are set one from the other": (_sets, 150),
    "cases of one switch": (_cases, 150),
    "inputs that nothing reads": (
        lambda count: f"inputs:\n{_rows('  i%: {}', count)}steps: [{{id: a, wait: 1s}}]", 400
    ),
    "steps that read what there is not": (
        lambda count: "steps:\n" + _rows("  - {id: step_%, set: {x: '{{ steps.stp_%.output }}'}}", count), 100
    ),
}  # fmt: skip
"""What may stand in a plan many times, and how many times it does in the shorter one of two."""


@pytest.mark.parametrize("name", GROWING)
def test_four_times_as_much_takes_about_four_times_as_long(name: str) -> None:
    """What is looked at once more for each other takes 16 times as long."""
    text, count = GROWING[name]
    tries = iter(range(1000))

    def took(times: int) -> float:
        source = f"{example(text(times))}\n# {next(tries)}"  # read anew each time
        began = time.process_time()
        with contextlib.suppress(PlanError):
            lint(load_source(source, "p.yaml"), example_tools(), rules=every_rule())
        return time.process_time() - began

    ratios = (min(took(4 * count) for _ in range(2)) / min(took(count) for _ in range(2)) for _ in range(TRIES))
    assert any(ratio < 8 for ratio in ratios)
