"""How long a long plan takes from its file to a compiled plan, and to the end of `holdfast lint`, imports left out."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import holdfast
from holdfast.plan.load import load_plan
from holdfast.registry import load_registry


def text(name: str, steps: int) -> str:
    """A plan of tool steps, each with three small expressions."""
    head = f"holdfast: 1\nplan: {name}\ninputs:\n  amount: {{type: number, default: 3}}\nsteps:\n"
    return head + "".join(
        f"""
  - id: s{n}
    when: inputs.amount > {n % 7}
    tool: bench.put
    with:
      amount: "{{{{ inputs.amount * {n % 5 + 1} }}}}"
      before: "{{{{ {_before(n)} }}}}"
"""
        for n in range(steps)
    )


def _before(n: int) -> str:
    return f"steps.s{n - 1}.output.reference" if n else "inputs.amount"


@holdfast.tool("bench.put", effect="write", idempotency="key")
async def put(amount: float, before: object) -> None:
    """Never called."""


def main(folder: Path, steps: int, rounds: int) -> dict[str, list[float]]:
    """Seconds to load, and to load and lint, once per round, each time a plan that was never seen."""
    from holdfast.cli.authoring.checking import checked

    registry = load_registry([put])
    took: dict[str, list[float]] = {"load": [], "cpu": [], "lint": []}
    for number in range(rounds + 1):
        size = steps if number else 3  # the first brings in the imports
        file = folder / f"plan-{number}.yaml"
        file.write_text(text(f"long-{number}", size), encoding="utf-8")
        began, busy = time.perf_counter(), time.process_time()
        plan = load_plan(file)
        took["load"].append(time.perf_counter() - began)
        took["cpu"].append(time.process_time() - busy)
        checked(plan, registry)
        took["lint"].append(time.perf_counter() - began)
        assert size == len(plan.steps)
    return {name: values[1:] for name, values in took.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    print(json.dumps(main(args.folder, args.steps, args.rounds)))
