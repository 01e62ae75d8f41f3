"""HF314: whoever asks for the money approves it."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract in subject.writes():
        guards = [trigger for trigger in subject.guards(site) if trigger.decision == "approve"]
        payment = bool(contract.amount) or "payment" in contract.tags
        if payment and guards and all(trigger.to == "requester" and trigger.escalate is None for trigger in guards):
            yield (
                f"only whoever started the run approves what `{contract.name}` pays",
                subject.place((*site.path, "tool")),
                "ask a queue of others, such as `to: finance`",
            )


RULE = Rule(
    code="HF314",
    slug="payment-approved-by-its-requester",
    severity="warning",
    title="whoever asks for the money approves it",
    why="""
`requester` is whoever started the run, and the queue that is asked when nothing else is said. A payment that only they
approve was seen by nobody else.
""",
    bad="""
steps:
  - id: book
    tool: flights.book
    with: {flight: F1, price: 900}
    human:
      - {when: amount > 500, reason: Dear ticket, timeout: 4h, on_timeout: reject}
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
)
