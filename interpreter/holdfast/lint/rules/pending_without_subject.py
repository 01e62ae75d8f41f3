"""HF237: an effect that others cannot see yet, and do again."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site, contract in subject.writes():
        step = site.step
        if step.pending is not None and step.subject is None and step.key is None:
            again = "the next round or run" if site.loops else "the next run"
            yield (
                f"`{contract.name}` may be done twice: {again} does not see what is not confirmed yet",
                subject.key((*site.path, "pending")),
                "add `subject:` with what the effect is about, such as `mail-to:{{ lead.id }}`",
            )


RULE = Rule(
    code="HF237",
    slug="pending-without-subject",
    severity="warning",
    title="an effect that others cannot see yet, and do again",
    why="""
Until it is confirmed, nobody who looks sees this effect, and nothing says what it is about: the next round of the loop,
the next run and every other plan finds it missing, and does it again. That is how somebody got 47 mails. A `subject`
keeps all of them away from the same thing until the confirmation is there.
""",
    bad="""
steps:
  - {id: due, tool: crm.leads}
  - id: each_lead
    each: {in: steps.due.output, as: lead, key: lead.id}
    do:
      - id: tell
        tool: mail.send
        with: {to: '{{ lead.email }}'}
        pending: {event: crm.synced, match: event.lead == lead.id, timeout: 5m}
""",
    good="""
steps:
  - {id: due, tool: crm.leads}
  - id: each_lead
    each: {in: steps.due.output, as: lead, key: lead.id}
    do:
      - id: tell
        tool: mail.send
        with: {to: '{{ lead.email }}'}
        subject: 'mail-to:{{ lead.id }}'
        pending: {event: crm.synced, match: event.lead == lead.id, timeout: 5m}
""",
    check=_check,
    confidence="likely",
)
