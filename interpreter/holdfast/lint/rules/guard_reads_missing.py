"""HF318: a guard on an argument that one of the calls does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.rules.amount_unknown import guards
from holdfast.lint.schemas import properties

_ASKED = re.compile(r"\bdefined\b|\bdefault\b|\bin\s+args\b|\btool\.")
"""What tells the calls apart first."""


def _check(subject: Subject) -> Iterator[Found]:
    read: dict[tuple[str | int, ...], list[str]] = {}
    for use in subject.uses:
        if use.name.startswith("args.") and use.key in {"human", "defaults"}:
            read.setdefault(use.path, []).append(use.parts[1])
    for path, guarded in guards(subject) if read else ():
        place = (*path, "when")
        when = subject.document.get(place)
        if place not in read or not isinstance(when, str) or _ASKED.search(when):
            continue
        for name in dict.fromkeys(read[place]):
            without = [site for site, _ in subject.writes() if site in guarded and _lacks(subject, site, name, path)]
            if without:
                calls = " and ".join(f"`{site.call.tool}` at `{site.name}`" for site in without[:3] if site.call)
                has = "has" if len(without) == 1 else "have"
                yield (
                    f"{calls} {has} no argument `{name}`: there this cannot be told, and people are asked each time",
                    subject.place(place),
                    f"begin it with `args.{name} is defined and`, or read `amount`, which each tool's contract names",
                )


def _lacks(subject: Subject, site: Site, name: str, trigger: tuple[str | int, ...]) -> bool:
    """Whether neither the call nor its tool has the argument; of the trigger's own step other rules tell."""
    given = subject.document.get((*site.path, "with"))
    schema = subject.schema(site.call.tool) if site.call is not None else None
    if schema is None or trigger[:-2] == site.path:
        return False
    return name not in properties(schema) and not (isinstance(given, dict) and name in given)


RULE = Rule(
    code="HF318",
    slug="guard-reads-what-is-not-there",
    severity="warning",
    title="a guard on an argument that one of the calls does not have",
    why="""
A trigger looks at every writing call inside of its step, alternatives included, by that call's own arguments. Where
the argument that it reads is not there, it cannot be told, and a trigger that cannot be told holds: people are asked
about every such call.
""",
    bad="""
steps:
  - id: tell
    tool: crm.note
    with: {lead: l1, text: 'A long note'}
    human: [{when: args.text | length > 80, reason: Much text, to: sales, timeout: 4h, on_timeout: reject}]
    fallback:
      - {id: remove, tool: crm.remove, with: {lead: l1}}
""",
    good="""
steps:
  - id: tell
    tool: crm.note
    with: {lead: l1, text: 'A long note'}
    human:
      - when: args.text is defined and args.text | length > 80
        reason: Much text
        to: sales
        timeout: 4h
        on_timeout: reject
    fallback:
      - {id: remove, tool: crm.remove, with: {lead: l1}}
""",
    check=_check,
    confidence="likely",
)
