"""`holdfast schema`."""

from __future__ import annotations

import argparse

from holdfast.cli.command import Command
from holdfast.cli.terminal.output import Output


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("plan", "policy", "config", "eval", "events", "findings"),
        help="plan: what a plan file may hold; policy: what a policy file may hold; "
        "config: what holdfast.toml may hold; "
        "eval: what a file of evaluations may hold; events: what a journal holds; "
        "findings: what lint prints as JSON",
    )


def _run(args: argparse.Namespace, out: Output) -> int:
    from holdfast.plan.schema import schema_text

    document = {
        "plan": _plan, "policy": _policy, "config": _config, "eval": _eval, "events": _events, "findings": _findings,
    }[args.what]()  # fmt: skip
    out.show(lambda: document, lambda: schema_text(document).rstrip())
    return 0


def _plan() -> dict[str, object]:
    from holdfast.plan.schema import plan_schema

    return plan_schema()


def _policy() -> dict[str, object]:
    from holdfast.people.policy.schema import policy_schema

    return policy_schema()


def _config() -> dict[str, object]:
    from holdfast.cli.authoring.config_schema import config_schema

    return config_schema()


def _eval() -> dict[str, object]:
    from holdfast.evaluation.schema import eval_schema

    return eval_schema()


def _findings() -> dict[str, object]:
    from holdfast.lint.output_schema import findings_schema

    return findings_schema()


def _events() -> dict[str, object]:
    from holdfast.cli.authoring.events_schema import events_schema

    return events_schema()


COMMANDS = {
    "schema": Command(
        run=_run,
        arguments=_arguments,
        examples=("holdfast schema plan > plan.schema.json", "holdfast schema events"),
        details="An editor that knows the plan schema completes keys and underlines mistakes while you type.",
    )
}
