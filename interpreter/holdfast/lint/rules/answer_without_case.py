"""HF139: a value that no case is there for."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from holdfast.lint.analysis.sites import Site
from holdfast.lint.analysis.types.relate import listed
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.expressions import Expression
from holdfast.plan.program import Switch


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        switch = site.step.action
        if not isinstance(switch, Switch) or switch.cases[-1][0] is None:
            continue
        compared = [_equality(when) for when, _ in switch.cases]
        names = {one[0] for one in compared if one is not None}
        if None in compared or len(names) != 1:
            continue
        yield from _left(subject, site, names.pop(), {one[1] for one in compared if one is not None})


def _equality(when: object) -> tuple[str, str] | None:
    """`a.b == 'word'` as path and word."""
    tree = when.tree if isinstance(when, Expression) else None
    if not isinstance(when, Expression) or not isinstance(tree, nodes.Compare) or len(tree.ops) != 1:
        return None
    word = tree.ops[0].expr
    if tree.ops[0].op != "eq" or not isinstance(word, nodes.Const) or not isinstance(word.value, str):
        return None
    path = isinstance(tree.expr, nodes.Name | nodes.Getattr | nodes.Getitem) and len(when.references) == 1
    return (when.references[0][0], word.value) if path else None


def _left(subject: Subject, site: Site, name: str, named: set[str]) -> Iterator[Found]:
    whole = subject.typing.path((*site.path, "switch", 0, "when"), name)
    shapes = whole.but("null").shapes
    if len(shapes) != 1 or shapes[0].values is None or not named <= shapes[0].values:
        return
    left = shapes[0].values - named
    if left:
        yield (
            f"there is no case for {listed(shapes[0], left)}",
            subject.key((*site.path, "switch")),
            "add one, or a last case without `when` for the rest",
        )


RULE = Rule(
    code="HF139",
    slug="value-without-case",
    severity="warning",
    title="a value that no case is there for",
    why="""
All values that can come are known, every case names some of them, and there is no case for the rest. When one of those
comes, the `switch` does nothing and nobody notices.
""",
    bad="""
steps:
  - {id: which, ask: {question: Which way?, options: [train, plane, car], timeout: 1h}}
  - id: go
    switch:
      - when: steps.which.output == 'plane'
        do:
          - {id: find, tool: flights.search, with: {to: JFK}}
      - when: steps.which.output == 'train'
        do:
          - {id: note, tool: crm.note, with: {lead: l1, text: by train}}
""",
    good="""
steps:
  - {id: which, ask: {question: Which way?, options: [train, plane, car], timeout: 1h}}
  - id: go
    switch:
      - when: steps.which.output == 'plane'
        do:
          - {id: find, tool: flights.search, with: {to: JFK}}
      - do:
          - {id: note, tool: crm.note, with: {lead: l1, text: '{{ steps.which.output }}'}}
""",
    check=_check,
    confidence="likely",
)
