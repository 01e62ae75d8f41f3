"""HF505: a condition that is compared with true."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from holdfast.lint.analysis.texts import Text
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.expressions import Expression


def _check(subject: Subject) -> Iterator[Found]:
    for text in subject.texts:
        held = text.held
        tree = held.tree if isinstance(held, Expression) else None
        if (
            not isinstance(held, Expression)
            or not isinstance(tree, nodes.Compare)
            or len(tree.ops) != 1
            or tree.ops[0].op not in {"eq", "ne"}
        ):
            continue
        other = tree.ops[0].expr
        if isinstance(other, nodes.Const) and isinstance(other.value, bool) and _is_boolean(subject, text):
            said = (tree.ops[0].op == "eq") == other.value
            yield (
                f"`{held.source}` says what its left side says{'' if said else ' not'}",
                subject.place(text.path),
                "leave the comparison out" if said else "write `not ...`",
            )


def _is_boolean(subject: Subject, text: Text) -> bool:
    """Whether the left side is a name that can only be true or false."""
    references = text.held.references
    name = references[0][0] if len(references) == 1 else None
    return isinstance(name, str) and subject.typing.path(text.path, name).kinds == {"boolean"}


RULE = Rule(
    code="HF505",
    slug="compared-with-true",
    severity="info",
    title="a condition that is compared with true",
    why="""
A condition is true or false already. Comparing it with `true` says nothing more, and is false for everything else that
counts as true.
""",
    bad="""
inputs:
  urgent: {type: boolean}
steps:
  - {id: note, when: inputs.urgent == true, tool: crm.note, with: {lead: l1, text: urgent}}
""",
    good="""
inputs:
  urgent: {type: boolean}
steps:
  - {id: note, when: inputs.urgent, tool: crm.note, with: {lead: l1, text: urgent}}
""",
    check=_check,
)
