"""HF133: a result is read that may not be there."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.conditions import needed, sources
from holdfast.lint.analysis.order import collected
from holdfast.lint.analysis.sites import Site
from holdfast.lint.analysis.uses import Use
from holdfast.lint.rule import Found, Rule, Subject

_WHOLE = 3
"""Parts of `steps.find.output`."""
_ASKS = ("is defined", "is not defined", "default(", ".status")


def _check(subject: Subject) -> Iterator[Found]:
    for use, id_, relation in subject.results_read():
        if relation == "maybe" and not _asked(subject, use) and not _guarded(subject, use, subject.by_id[id_]):
            message = f"`{id_}` may not have run when this is read"
            advice = f"guard it with `when: steps.{id_} is defined`, or read it with `| default(...)`"
            yield message, subject.document.within(use.path, use.offset), advice
        elif relation == "ran" and _into_nothing(subject, use, subject.by_id[id_]):
            why = "`when` does not hold" if subject.by_id[id_].step.when is not None else "it failed"
            message = f"`{id_}` has no output where {why}: to read further into it fails then"
            advice = f"guard it with `when: steps.{id_}.output is not none`, or read `steps.{id_}.output` as a whole"
            yield message, subject.document.within(use.path, use.offset), advice


def _into_nothing(subject: Subject, use: Use, read: Site) -> bool:
    """Whether a part is read of what is null where a step was left out, or failed and is optional; and nobody asked."""
    step = read.step
    if use.parts[2:3] != ["output"] or len(use.parts) <= _WHOLE or collected(use, read) or step.fallback:
        return False
    if step.when is None and not step.optional:
        return False
    text, own = str(subject.document.get(use.path)), subject.document.get((*read.path, "when"))
    around = [str(subject.document.get((*site.path, "when"))) for site in use.site.lineage]
    asked = any(f"steps.{read.step.id}" in one or (isinstance(own, str) and own in one) for one in around)
    words = (*_ASKS, " if ", " and ", " or ", "is none", "is not none")
    return not asked and not any(word in text for word in words) and not _guarded(subject, use, read)


def _guarded(subject: Subject, use: Use, read: Site) -> bool:
    """Whether it is only read where what it depends on holds too, or behind a stop that asked."""
    if subject.conditions.asked(use.site, f"steps.{read.step.id}"):
        return True
    wanted = needed(read, use.site)
    if wanted is not None and subject.conditions.hold(use.site, wanted):
        return True
    text = str(subject.document.get(use.path))
    return " if " in text and any(one in text for one in sources(read, use.site))


def _asked(subject: Subject, use: Use) -> bool:
    """Whether the author thought of it: in the same text, or in a condition around it that reads the same step."""
    if use.parts[2:3] == ["status"]:
        return True
    conditions = [subject.document.get((*site.path, "when")) for site in use.site.lineage]
    texts = [text for text in (subject.document.get(use.path), *conditions) if isinstance(text, str)]
    return any(f"steps.{use.parts[1]}" in text and any(word in text for word in _ASKS) for text in texts)


RULE = Rule(
    code="HF133",
    slug="read-of-what-may-not-have-run",
    severity="warning",
    title="a result is read that may not be there",
    why="""
The step that is read stands in a case, an alternative, an optional or conditional block, or among the steps that
failed before this fallback or cleanup. When it did not run, reading it is an error, and it happens on the day on
which something else has gone wrong already. Ask first whether it is there.
""",
    bad="""
steps:
  - {id: book, tool: flights.book, with: {flight: F1}}
cleanup:
  - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.book.output.booking }}'}}
""",
    good="""
steps:
  - {id: book, tool: flights.book, with: {flight: F1}}
cleanup:
  - id: tell
    when: steps.book is defined
    tool: mail.send
    with: {to: ana@example.com, text: '{{ steps.book.output.booking }}'}
""",
    check=_check,
    confidence="likely",
)
