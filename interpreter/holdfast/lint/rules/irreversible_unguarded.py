"""HF301: an effect that cannot be undone and nobody looks at."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract in subject.writes():
        guarded = bool(subject.guards(site))
        if not contract.reversible and contract.idempotency == "none" and not guarded:
            message = f"nobody is asked before `{contract.name}`: it can neither be undone nor safely repeated"
            yield (
                message,
                subject.place((*site.path, "tool")),
                "add a `human:` trigger, or let a rule of the policy ask",
            )


RULE = Rule(
    code="HF301",
    slug="irreversible-unguarded",
    severity="warning",
    title="an effect that cannot be undone and nobody looks at",
    why="""
The tool says that what it does cannot be taken back. Nobody is asked before it does.
""",
    bad="""
steps:
  - {id: tell, tool: mail.send, with: {to: ana@example.com}}
""",
    good="""
steps:
  - id: tell
    tool: mail.send
    with: {to: ana@example.com}
    human:
      - {reason: A mail cannot be taken back, to: operations, timeout: 4h, on_timeout: reject}
""",
    check=_check,
    profile="production",
    confidence="possible",
)
