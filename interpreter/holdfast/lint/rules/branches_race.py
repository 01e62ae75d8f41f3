"""HF217: two branches set the same fact."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.order import beside
from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    seen: dict[str, list[Site]] = {}
    for site in subject.sites:
        values = subject.document.get((*site.path, "set"))
        for name in values if isinstance(values, dict) else ():
            rival = next((other for other in seen.get(name, []) if beside(other, site)), None)
            if rival is not None:
                message = f"`{rival.step.id}` sets the fact `{name}` in another branch at the same time"
                yield (
                    message,
                    subject.key((*site.path, "set", name)),
                    "give each branch a fact of its own, or set it behind",
                )
            seen.setdefault(name, []).append(site)


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
