"""HF217: two branches, or the items of a loop, set the same fact at the same time."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Block, Each, Parallel


def _check(subject: Subject) -> Iterator[Found]:
    first: dict[tuple[str, Site], dict[str | int, Site]] = {}
    for site in subject.sites:
        values = subject.document.get((*site.path, "set"))
        for name in values if isinstance(values, dict) else ():
            if _set_by_each(subject, name, site):
                yield (
                    f"the items of the loop run at the same time, and each sets the fact `{name}`",
                    subject.key((*site.path, "set", name)),
                    "let a step of the loop give it as its output, or leave out `concurrency`",
                )
            rival = _rival(first, name, site)
            if rival is not None:
                message = f"`{rival.step.id}` sets the fact `{name}` in another branch at the same time"
                yield (
                    message,
                    subject.key((*site.path, "set", name)),
                    "give each branch a fact of its own, or set it behind",
                )


def _set_by_each(subject: Subject, name: str, site: Site) -> bool:
    """Whether each item of a loop sets a fact to something of its own, while the others run.

    What only some items set, or is made of the fact's last value, such as a sum, may well be the same in any order.
    """
    names = {"index"}
    for inner, loop in zip(site.lineage[:0:-1], site.ancestors, strict=True):
        each = loop.step.action
        if inner.step.when is not None or inner.role != "step" or not isinstance(each, Block | Each):
            return False
        if isinstance(each, Each):
            names.add(each.name)
            if each.concurrency > 1:
                uses = [
                    use for use in subject.reads(site) if use.path[: len(site.path) + 2] == (*site.path, "set", name)
                ]
                return any(use.parts[0] in names for use in uses) and not any(
                    use.name == f"facts.{name}" for use in uses
                )
    return False


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
    title="a fact is set by several at the same time",
    why="""
Branches run at the same time, and so do the items of a loop with `concurrency`; which of them comes last is a matter of
luck, and the fact has that one's value, also where another one reads it.
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
