"""HF302: money that nobody looks at."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract in subject.writes():
        guarded = bool(subject.guards(site))
        if (contract.amount or "payment" in contract.tags) and not guarded:
            what = f"the amount in `{contract.amount}`" if contract.amount else "the payment"
            message = f"nobody is asked about {what}, however much it is"
            yield message, subject.place((*site.path, "tool")), "add a trigger such as `{when: amount > 500, ...}`"


RULE = Rule(
    code="HF302",
    slug="payment-unguarded",
    severity="warning",
    title="money that nobody looks at",
    why="""
The tool moves money, and no trigger asks a person, however much it is.
""",
    bad="""
steps:
  - {id: book, tool: flights.book, with: {flight: F1, price: 900}}
""",
    good="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 900}
    human:
      - {when: amount > 500, reason: Dear ticket, to: finance, timeout: 4h, on_timeout: reject}
""",
    check=_check,
    profile="production",
    confidence="likely",
)
