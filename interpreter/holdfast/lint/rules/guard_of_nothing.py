"""HF316: a guard around nothing that writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.rules.amount_unknown import guards
from holdfast.plan.program import SubPlan


def _check(subject: Subject) -> Iterator[Found]:
    writing = {site for site, _ in subject.writes()}
    for path, guarded in guards(subject):
        owner = subject.document.get(path[:-2])
        called = isinstance(owner, dict) and "tool" in owner
        if called or not writing.isdisjoint(guarded) or any(map(_unknown(subject), guarded)):
            continue
        yield (
            "nothing in here writes, so nobody is ever asked",
            subject.place(path),
            "put it where a tool writes; a step's own trigger guards reading tools as well",
        )


def _unknown(subject: Subject) -> Callable[[Site], bool]:
    """Whether a step may write for all that is known of it."""

    def unknown(site: Site) -> bool:
        known = site.call is None or subject.contract(site.call.tool) is not None
        return isinstance(site.step.action, SubPlan) or not known

    return unknown


RULE = Rule(
    code="HF316",
    slug="guard-of-nothing",
    severity="warning",
    title="a guard around nothing that writes",
    why="""
The triggers of a block, of the plan and of its defaults guard the writing calls inside. Here is none, so nobody is ever
asked, whatever it looks like.
""",
    bad="""
steps:
  - id: look
    human:
      - {reason: Somebody should see this, to: operations, timeout: 4h}
    do:
      - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
steps:
  - id: look
    human:
      - {reason: Somebody should see this, to: operations, timeout: 4h}
    do:
      - {id: find, tool: flights.search, with: {to: JFK}}
      - {id: note, tool: crm.note, with: {lead: l1, text: found}}
""",
    check=_check,
)
