"""HF207: one idempotency key for several effects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from holdfast.lint.analysis.order import exclusive
from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    seen: dict[tuple[str, object], Site] = {}
    for site, contract in subject.writes():
        key = subject.document.get((*site.path, "idempotency_key"))
        if not isinstance(key, str):
            continue
        span = subject.place((*site.path, "idempotency_key"))
        first = seen.setdefault((contract.name, key), site)
        if first is not site and not exclusive(first, site):
            alike = subject.document.get((*site.path, "with")) == subject.document.get((*first.path, "with"))
            what = "only one of the two takes effect" if alike else f"the second of the two {_REFUSED}"
            message = f"`{first.step.id}` calls `{contract.name}` under the same key: {what}"
            yield message, span, "let the keys differ, or leave them out: the default key is the step's own"
        if site.loops and not _reads_loop(subject, site):
            what = f"the second one {_REFUSED}" if _differs(subject, site) else "only the first takes effect"
            yield f"the key is the same for every item of the loop: {what}", span, "put the item into it"


_REFUSED: Final = "fails with `idempotency_mismatch` where its arguments differ"


def _differs(subject: Subject, site: Site) -> bool:
    """Whether the arguments are made of the item."""
    names = {getattr(loop.step.action, "name", "") for loop in site.loops} | {"index"}
    return any(use.key == "with" and use.parts[0] in names for use in subject.reads(site))


def _reads_loop(subject: Subject, site: Site) -> bool:
    names = {getattr(loop.step.action, "name", "") for loop in site.loops} | {"index", "address"}
    reads = subject.reads(site)
    inner = {use.parts[1] for use in reads if use.name.startswith("steps.")}
    own = {use.parts[0] for use in reads if use.key == "idempotency_key"}
    return bool(own & names) or ("steps" in own and bool(inner))


RULE = Rule(
    code="HF207",
    slug="shared-key",
    severity="error",
    title="one idempotency key for several effects",
    why="""
Under one key there is one effect. A second step, or the second item of a loop, is answered by the result of the first
and does nothing; with other arguments it is refused as `idempotency_mismatch`.
""",
    bad="""
steps:
  - id: tell_all
    each: {in: "['ana', 'bob']", as: person}
    do:
      - {id: book, tool: flights.book, with: {flight: '{{ person }}'}, idempotency_key: 'trip'}
""",
    good="""
steps:
  - id: tell_all
    each: {in: "['ana', 'bob']", as: person}
    do:
      - {id: book, tool: flights.book, with: {flight: '{{ person }}'}, idempotency_key: 'trip-{{ person }}'}
""",
    check=_check,
    confidence="likely",
)
