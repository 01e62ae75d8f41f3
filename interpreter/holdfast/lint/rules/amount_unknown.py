"""HF315: a guard on an amount where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source import Path

_COMPARED = re.compile(r"\bamount\s*(?:<|>)|(?:<|>)=?\s*amount\b")
_ASKED = re.compile(r"\bamount\s+(?:and|is|or|if)\b|\bamount\s*\||\bnot\s+amount\b")


def _check(subject: Subject) -> Iterator[Found]:
    for path, guarded in guards(subject):
        when = subject.document.get((*path, "when"))
        if not isinstance(when, str) or not _COMPARED.search(when) or _ASKED.search(when):
            continue
        writes = [contract for site, contract in subject.writes() if contract.amount is None and site in guarded]
        if writes:
            names = " and ".join(f"`{name}`" for name in sorted({contract.name for contract in writes})[:3])
            yield (
                f"{names} names no amount: there this cannot be told, and people are asked each time",
                subject.place((*path, "when")),
                "begin it with `amount and`, or guard the calls that have one",
            )


def guards(subject: Subject) -> Iterator[tuple[Path, set[Site]]]:
    """Every trigger that asks before a call, with the steps it is about."""
    for site in subject.sites:
        for base in [("human",), ("defaults", "human")] if site.parent is None else [(*site.path, "human")]:
            listed = subject.document.get(base)
            if not isinstance(listed, list):
                continue
            inside = set(subject.below(site))
            for number, trigger in enumerate(listed):
                if isinstance(trigger, dict) and trigger.get("on", "before") == "before":
                    yield (*base, number), inside


RULE = Rule(
    code="HF315",
    slug="amount-not-known",
    severity="warning",
    title="a guard on an amount where there is none",
    why="""
`amount` is the argument that a tool's contract names, and null where it names none. `null > 500` cannot be told, and a
trigger that cannot be told holds: people are asked about every such call.
""",
    bad="""
human:
  - {when: amount > 500, reason: Dear ticket, to: finance, timeout: 4h, on_timeout: reject}
steps:
  - {id: book, tool: flights.book, with: {flight: F1, price: 900}}
  - {id: note, tool: crm.note, with: {lead: l1, text: booked}}
""",
    good="""
human:
  - {when: amount and amount > 500, reason: Dear ticket, to: finance, timeout: 4h, on_timeout: reject}
steps:
  - {id: book, tool: flights.book, with: {flight: F1, price: 900}}
  - {id: note, tool: crm.note, with: {lead: l1, text: booked}}
""",
    check=_check,
)
