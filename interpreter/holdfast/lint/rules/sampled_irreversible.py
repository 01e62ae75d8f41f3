"""HF304: only some of what cannot be undone is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source.editing import cut, removal


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract in subject.writes():
        listed = subject.document.get((*site.path, "human"))
        guards = subject.guards(site)
        if contract.reversible or any(trigger.sample is None and trigger.when is None for trigger in guards):
            continue
        for number, trigger in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(trigger, dict) and "sample" in trigger and trigger.get("on", "before") == "before":
                share = f"{float(trigger['sample']):.0%}"
                message = f"{share} of the calls of `{contract.name}` are looked at, and none of them can be undone"
                path = (*site.path, "human", number, "sample")
                cure = removal("remove it", cut(subject.document, path), safe=False)
                yield message, subject.place(path), "ask each time, or narrow `when`", cure


RULE = Rule(
    code="HF304",
    slug="sampled-irreversible",
    severity="warning",
    title="only some of what cannot be undone is looked at",
    why="""
A sample shows how good the decisions are; it does not make the others right. For an effect that cannot be undone each
unseen case is final.
""",
    bad="""
steps:
  - id: tell
    tool: mail.send
    with: {to: ana@example.com}
    human:
      - {reason: A mail cannot be taken back, to: operations, sample: 0.1, timeout: 4h, on_timeout: reject}
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
    confidence="likely",
)
