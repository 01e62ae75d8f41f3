"""HF226: a read that is guarded, or watched, like an effect."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject

_KEYS = ("subject", "pending")


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        contract = subject.contract(site.call.tool) if site.call is not None else None
        if contract is None or contract.effect != "read":
            continue
        for key in _KEYS:
            if subject.says(site, key):
                message = f"`{key}` is about an effect, and `{contract.name}` only reads"
                advice = f'leave `{key}` out, or declare the tool with `effect="write"` if it changes anything'
                yield message, subject.key((*site.path, key)), advice


RULE = Rule(
    code="HF226",
    slug="read-guarded",
    severity="error",
    title="a read that is guarded or watched like an effect",
    why="""
`subject` keeps two effects about one thing apart, and `pending` waits until an effect can be seen. A tool that only
reads has no effect: neither would do anything, and somebody counts on them. Perhaps they belong to the step that
writes, or the tool's contract is wrong. Such a plan is not started.
""",
    bad="""
steps:
  - {id: leads, tool: crm.leads, subject: crm}
""",
    good="""
steps:
  - {id: leads, tool: crm.leads}
  - {id: note, tool: crm.note, with: {lead: l1, text: called}, subject: 'note:l1'}
""",
    check=_check,
    profile="basic",
)
