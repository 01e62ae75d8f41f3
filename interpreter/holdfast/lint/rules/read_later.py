"""HF130: a step reads a result that is not there yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from holdfast.lint.analysis.order import relation
from holdfast.lint.analysis.sites import Site
from holdfast.lint.analysis.uses import Use
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.program import SubPlan
from holdfast.plan.template import Template

_ONLY_SOMETIMES = ("is defined", "is not defined", "default(", "| d(", "|d(", " if ", " and ", " or ")

_WHY = {
    "later": "`{id}` comes later than this: its result is not there yet",
    "itself": "a step cannot read its own result while it runs",
    "around": "`{id}` is around this step and not over yet: it has no result",
}


def _check(subject: Subject) -> Iterator[Found]:
    for use, id_, how in subject.results_read():
        if how in _WHY:
            advice = "move the step behind it, or read something that is there by then"
            yield _WHY[how].format(id=id_), subject.document.within(use.path, use.offset), advice
    yield from _facts(subject)


def _facts(subject: Subject) -> Iterator[Found]:
    """Undeclared facts that only later steps set, where no tool can have set them before."""
    setters: dict[str, list[Site]] = {}
    for text in subject.texts:
        if text.key == "set" and isinstance(text.held, Template) and isinstance(text.held.tree, Mapping):
            for name in text.held.tree:
                setters.setdefault(str(name), []).append(text.site)
    unsure = next((place for place, site in enumerate(subject.sites) if _may_set(site)), len(subject.sites))
    before = frozenset(subject.sites[: unsure + 1])
    for use in subject.uses:
        sites = setters.get(use.parts[1]) if use.name.startswith("facts.") else None
        if not sites or use.parts[1] in subject.plan.facts or use.moment != "before" or use.site not in before:
            continue
        if all(_later(use, site) for site in sites) and not _asked(subject, use):
            yield (
                f"`{sites[0].name}` comes later than this: `{use.parts[1]}` is not known yet",
                subject.document.within(use.path, use.offset),
                "move the step behind it, declare the fact, or read it with `| default(...)`",
            )


def _may_set(site: Site) -> bool:
    """Whether a step may set facts beside what it returns: tools may, and plans."""
    return site.call is not None or isinstance(site.step.action, SubPlan)


def _later(use: Use, site: Site) -> bool:
    return relation(use, site) == "later" and not set(use.site.loops) & set(site.loops)


def _asked(subject: Subject, use: Use) -> bool:
    """Whether it is read only sometimes, or a condition around it reads the same fact."""
    text = str(subject.document.get(use.path))
    around = [str(subject.document.get((*site.path, "when"))) for site in use.site.lineage]
    return any(word in text for word in _ONLY_SOMETIMES) or any(use.name in when for when in around if when != text)


RULE = Rule(
    code="HF130",
    slug="read-before-run",
    severity="error",
    title="a step reads a result that is not there yet",
    why="""
A step's result exists once the step is over. An expression that reads the result of a later step, of the step itself,
or of a block from inside of it, fails each time it is evaluated. So does one that reads a fact which only later steps
set.
""",
    bad="""
steps:
  - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].id }}'}}
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
  - {id: tell, tool: mail.send, with: {to: ana@example.com, text: '{{ steps.find.output[0].id }}'}}
""",
    check=_check,
)
