"""HF402: a question whose answer changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import Ask, Block, Each, Parallel, Repeat, Switch


def _check(subject: Subject) -> Iterator[Found]:
    read = read_steps(subject)
    for site in subject.by_id.values():
        if isinstance(site.step.action, Ask) and unread(subject, site, read):
            yield (
                "nothing reads the answer to this question",
                subject.place((*site.path, "id")),
                f"read `steps.{site.step.id}.output`, or do not ask",
            )


def read_steps(subject: Subject) -> set[str] | None:
    """The ids of all steps whose results are read by name; None: all of them may be, as a whole."""
    if any(use.name == "steps" for use in subject.uses):
        return None
    return {use.parts[1] for use in subject.uses if use.parts[0] == "steps" and len(use.parts) > 1}


def unread(subject: Subject, site: Site, read: set[str] | None) -> bool:
    """Whether nothing reads a step's output, neither by its name nor as that of what it stands in."""
    if read is None or site.step.id in read or _own_output_read(subject, site):
        return False
    return not _passed_on(subject, site, read)


def _own_output_read(subject: Subject, site: Site) -> bool:
    """Whether something at the step itself reads `output`: `until` of a loop, a trigger."""
    return any(use.parts[0] == "output" for use in subject.reads(site))


def _passed_on(subject: Subject, site: Site, read: set[str]) -> bool:
    """Whether its answer is the output of what it stands in, and that is read."""
    above = site.parent
    if above is None or not isinstance(above.step.action, Block | Each | Repeat | Parallel | Switch):
        return above is not None and site.role == "fallback" and above.step.id in read
    last = subject.following(site) is None
    if not last or above.step.id == "":
        return False
    return above.step.id in read or _own_output_read(subject, above) or _passed_on(subject, above, read)


RULE = Rule(
    code="HF402",
    slug="answer-unused",
    severity="warning",
    title="a question whose answer changes nothing",
    why="""
A person was asked, thought about it, and answered; nothing reads it.
""",
    bad="""
steps:
  - {id: sure, ask: {to: requester, question: Are you sure?, options: [yes, no], timeout: 1h}}
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
steps:
  - {id: sure, ask: {to: requester, question: Are you sure?, options: [yes, no], timeout: 1h}}
  - {id: find, when: steps.sure.output == 'yes', tool: flights.search, with: {to: JFK}}
""",
    check=_check,
    confidence="likely",
)
