"""The plans that a plan runs as children: linted with it, and what it gives them held against what they take."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import blake2b

from holdfast.diagnostics import Diagnostic, Fix, did_you_mean, only_near
from holdfast.lint.above import Above
from holdfast.lint.analysis.sites import Site, sites_of
from holdfast.lint.fingerprint import fingerprint
from holdfast.lint.linter import lint
from holdfast.lint.rule import Rule
from holdfast.plan.compile.schemas import value_fault
from holdfast.plan.family import Family, children, missing
from holdfast.plan.findings import finding
from holdfast.plan.program import Input, Plan, SubPlan
from holdfast.plan.source import Document, Path, read
from holdfast.plan.source.editing import fix, rename_key
from holdfast.plan.template import compile_template
from holdfast.registry import Registry


def family_mark(plan: Plan, below: Family, tools: Registry) -> str:
    """What a lint of a plan and of all below it depends on; see `fingerprint`. Raises ConfigError."""
    marks = [[child.hash, fingerprint(child, tools)] for child in below.plans.values()]
    text = json.dumps([fingerprint(plan, tools), sorted(marks)])
    return blake2b(text.encode(), digest_size=16).hexdigest()


def lint_family(plan: Plan, below: Family, tools: Registry, rules: Sequence[Rule] | None = None) -> list[Diagnostic]:
    """What is wrong with any of these plans, the one at the top first; by default what would keep it from running.

    What the plan at the top guards, those below need not guard again. Raises ConfigError.
    """
    plans = {plan.hash: plan, **below.plans}
    found, above = list[Diagnostic](), Above(plans.values())
    for one in plans.values():
        text = read(one.source, one.file)
        found += lint(one, tools, text, rules, () if one is plan else above.of(one.file))
        found += misfits(one, text, {name: plans[child] for name, child in below.links.get(one.hash, {}).items()})
    return found


def lint_steps(plan: Plan, known: Mapping[str, Plan] | None = None) -> list[Diagnostic]:
    """What is wrong with a plan's own `plan` steps; mistakes inside the plans they name are those plans' findings."""
    return [
        *missing(plan),
        *misfits(plan, read(plan.source, plan.file), dict(children([], plan)) if known is None else known),
    ]


def misfits(plan: Plan, text: Document, known: Mapping[str, Plan]) -> Iterator[Diagnostic]:
    """Where a plan gives a child what it does not take, or not what it needs.

    Args:
        plan: that runs the others.
        text: its text, for places.
        known: the others, by the names it has for them.
    """
    for site in sites_of(plan, text):
        action = site.step.action
        if isinstance(action, SubPlan) and action.plan in known:
            yield from _misfits(site, text, known[action.plan])


def _misfits(site: Site, text: Document, child: Plan) -> Iterator[Diagnostic]:
    path = (*site.path, "with")
    given = text.get(path)
    values = given if isinstance(given, dict) else {}
    for name in (name for name in values if name not in child.inputs):
        message = f"plan `{child.name}` has no input `{name}`{did_you_mean(name, child.inputs)}"
        takes = f"it takes {', '.join(f'`{one}`' for one in child.inputs)}" if child.inputs else "it takes none"
        cure = _meant(text, (*path, name), child.inputs.keys() - values.keys())
        yield finding("child-input", message, text.key_span((*path, name)), takes, cure)
    for name, declared in child.inputs.items():
        if name in values:
            said = _unfit(declared, values[name])
            if said:
                message = f"input `{name}` of plan `{child.name}` {said}"
                yield finding("child-input", message, text.span((*path, name)))
        elif declared.required:
            message = f"plan `{child.name}` needs the input `{name}`"
            yield finding("child-input", message, text.span((*site.path, "plan")), f"give it: `with: {{{name}: ...}}`")


def _meant(text: Document, path: Path, known: Collection[str]) -> Fix | None:
    near = only_near(str(path[-1]), sorted(known))
    return None if near is None else fix(f"write `{near[0]}`", rename_key(text, path, near[0]), safe=near[1])


def _unfit(declared: Input, value: object) -> str:
    """Why a value cannot be the input's, if that can be told before the run."""
    if not compile_template(value).constant:
        return ""
    if declared.secret:
        return 'is secret: it takes a secret input, handed on whole, as in `"{{ inputs.token }}"`'
    fault = value_fault(value, declared.schema)
    return "" if fault is None else f"does not fit: {fault.message}"
