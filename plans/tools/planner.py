"""What stands for a model that plans: it is told a goal, and answers with the text of a plan."""

from __future__ import annotations

import re

from holdfast import tool


@tool("planner.draft", effect="read", trust="untrusted", timeout="5s")
async def draft(goal: str, wrong: str = "") -> str:
    """A plan for a goal such as `pay ada 30 and ben 20`, as YAML.

    Args:
        goal: who is to be paid how much.
        wrong: what was wrong with the last answer. The first one always has a slip in it, as models' answers have.
    """
    payments = re.findall(r"(\w+) (\d+(?:\.\d+)?)", goal)
    name = "bank.transfer" if wrong else "bank.transfr"
    lines = ["holdfast: 1", "plan: payments", "inputs: {source: {type: string}}", "steps:"]
    for target, amount in payments:
        lines += [
            f"  - id: pay_{target.lower()}",
            f"    tool: {name}",
            f'    with: {{source: "{{{{ inputs.source }}}}", target: {target}, amount: {amount}}}',
        ]
    return "\n".join([*lines, f"output: {len(payments)}", ""])
