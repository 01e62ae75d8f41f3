"""HF303: silence that approves what cannot be undone."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source import Path
from holdfast.plan.source.editing import fix, set_value


def _check(subject: Subject) -> Iterator[Found]:
    told: set[Path] = set()
    for site, contract in subject.writes():
        if contract.reversible and not contract.amount and "payment" not in contract.tags:
            continue
        for above in site.lineage:
            listed = subject.document.get((*above.path, "human"))
            for number, trigger in enumerate(listed if isinstance(listed, list) else []):
                path = (*above.path, "human", number, "on_timeout")
                if isinstance(trigger, dict) and trigger.get("on_timeout") == "approve" and path not in told:
                    told.add(path)
                    why = "moves money" if contract.reversible else "cannot be undone"
                    message = f"when nobody answers, `{contract.name}` is called, and it {why}"
                    cure = fix("write `reject`", set_value(subject.document, path, "reject"), safe=False)
                    yield message, subject.place(path), "`reject`, or escalate to somebody else", cure


RULE = Rule(
    code="HF303",
    slug="silence-approves",
    severity="error",
    title="silence that approves what cannot be undone",
    why="""
`on_timeout: approve` lets the call happen when nobody looked. For an effect that cannot be undone, or for money, that
is an approval by nobody.
""",
    bad="""
steps:
  - id: tell
    tool: mail.send
    with: {to: ana@example.com}
    human:
      - {reason: A mail cannot be taken back, to: operations, timeout: 4h, on_timeout: approve}
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
)
