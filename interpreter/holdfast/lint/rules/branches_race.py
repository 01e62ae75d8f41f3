"""HF217: two branches set the same fact."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Parallel


def _check(subject: Subject) -> Iterator[Found]:
    first: dict[tuple[str, Site], dict[str | int, Site]] = {}
    for site in subject.sites:
        values = subject.document.get((*site.path, "set"))
        for name in values if isinstance(values, dict) else ():
            rival = _rival(first, name, site)
            if rival is not None:
                message = f"`{rival.step.id}` sets the fact `{name}` in another branch at the same time"
                yield (
                    message,
                    subject.key((*site.path, "set", name)),
                    "give each branch a fact of its own, or set it behind",
                )


def _rival(first: dict[tuple[str, Site], dict[str | int, Site]], name: str, site: Site) -> Site | None:
    """The first step that sets the same fact in another branch, of what was seen; this one is seen with it."""
    found = None
    for inner in site.lineage[1:]:
        above = inner.parent
        if above is not None and isinstance(above.step.action, Parallel) and inner.role == "step":
            branches = first.setdefault((name, above), {})
            branches.setdefault(inner.group, site)
            found = found or next((one for branch, one in branches.items() if branch != inner.group), None)
    return found


RULE = Rule(
    code="HF217",
    slug="branches-race",
    severity="error",
    title="two branches set the same fact",
    why="""
Branches run at the same time; which of them comes last is a matter of luck, and the fact has that one's value.
""",
    bad="""
steps:
  - id: both
    parallel:
      left:
        - {id: a, set: {best: 1}}
      right:
        - {id: b, set: {best: 2}}
""",
    good="""
steps:
  - id: both
    parallel:
      left:
        - {id: a, set: {left: 1}}
      right:
        - {id: b, set: {right: 2}}
""",
    check=_check,
)
