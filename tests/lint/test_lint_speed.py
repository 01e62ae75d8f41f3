"""How long lint takes: 1,000 steps within 0.5 s warm and 1 s cold, 200 plans within 3 s.

Processor time, so that a busy machine tells nearly the same; the best of a few, as a first one pays for the caches.
What is asserted leaves room for machines that are slower or busy; `python -m tests.lint.test_lint_speed` prints it all.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from holdfast.lint.example_tools import example_tools
from holdfast.lint.linter import lint
from holdfast.lint.pages import example
from holdfast.lint.rules import every_rule
from holdfast.plan.load import load_source

FEW = 3
TOOLS = """
from holdfast import tool


@tool("flights.search", effect="read", timeout="5s")
def search(to: str) -> list[dict[str, str]]:
    \"\"\"Flights.\"\"\"
    return []
"""


def thousand() -> str:
    """1,000 steps, each of which reads the one before in a condition and in a text."""
    steps = "".join(
        f"""  - id: s{n}
    when: steps.s{n - 1}.output and inputs.to != 'x{n % 7}'
    tool: flights.search
    with: {{to: "{{{{ inputs.to }}}} after {{{{ steps.s{n - 1}.output | length }}}}"}}
    retry: {{attempts: 3, delay: 1s}}
"""
        for n in range(1, 1000)
    )
    head = "inputs: {to: {type: string}}\nsteps:\n  - {id: s0, tool: flights.search, with: {to: JFK}}\n"
    return example(f"{head}{steps}")


def warm() -> float:
    """Seconds for 1,000 steps that were read before, under the strictest profile."""
    plan, took = load_source(thousand(), "p.yaml"), []
    for _ in range(FEW):
        began = time.process_time()
        lint(plan, example_tools(), rules=every_rule())
        took.append(time.process_time() - began)
    return min(took)


def cold(folder: Path) -> float:
    """Seconds of a process that lints 1,000 steps and knows nothing before."""
    (folder / "big.yaml").write_text(thousand(), encoding="utf-8")
    (folder / "flights.py").write_text(TOOLS, encoding="utf-8")
    command = [sys.executable, "-m", "holdfast", "lint", "big.yaml", "--tools", "flights.py", "--profile", "production"]
    installed = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    installed["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")  # as an installed package is, from the second time on
    took = []
    for _ in range(FEW):
        child = subprocess.Popen(
            [*command, "--format", "concise"], cwd=folder, env=installed, stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        took.append(used.ru_utime + used.ru_stime)
    return min(took)


def many() -> float:
    """Seconds for 200 plans in one call, read and linted: the examples of the rules."""
    texts = [example(text) for rule in every_rule() for text in (rule.good, rule.bad)]
    began = time.process_time()
    for number in range(200):
        plan = load_source(f"{texts[number % len(texts)]}# {number}\n", f"{number}.yaml")
        lint(plan, example_tools(), rules=every_rule())
    return time.process_time() - began


def test_a_thousand_steps_that_were_read_before() -> None:
    """Every key stroke in an editor: at most 500 ms."""
    assert warm() < 1.0


def test_a_thousand_steps_from_nothing(tmp_path: Path) -> None:
    """A hook before a commit: about a second."""
    assert cold(tmp_path) < 3.0


def test_two_hundred_plans_in_one_call() -> None:
    """A repository: at most 3 s."""
    assert many() < 3.0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        seconds = cold(Path(place))
    sys.stdout.write(f"1,000 steps cold {seconds:.2f} s; warm {warm():.2f} s; 200 plans {many():.2f} s\n")
