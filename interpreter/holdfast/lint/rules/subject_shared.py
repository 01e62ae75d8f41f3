"""HF238: effects of one run that keep each other away."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.order import beside
from holdfast.lint.analysis.sites import Site
from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    seen: dict[object, Site] = {}
    for site, contract in subject.writes():
        said = subject.document.get((*site.path, "subject"))
        if site.step.subject is None or not isinstance(said, str):
            continue
        span = subject.place((*site.path, "subject"))
        first = seen.setdefault(said, site)
        if first is not site and beside(first, site):
            message = f"`{first.step.id}` has the same subject in another branch at the same time"
            yield message, span, "let the subjects differ, or put one behind the other"
        if site.loops and not _tells_apart(site, site.step.subject.reads):
            message = f"every item of the loop has this subject: `{contract.name}` is called for the first of them"
            yield message, span, "put the item into it"


def _tells_apart(site: Site, reads: frozenset[str]) -> bool:
    """Whether what is read differs from one iteration to the next."""
    names = {getattr(loop.step.action, "name", "") for loop in site.loops} | {"index", "address"}
    return any(read.partition(".")[0] in names | {"steps", "facts"} for read in reads)


RULE = Rule(
    code="HF238",
    slug="subject-shared",
    severity="warning",
    title="effects of one run that keep each other away",
    why="""
A subject lets one effect through at a time; others about the same are skipped (or wait, or fail, as `on_pending` says).
Branches that run at the same time and items of one loop that share a subject do that to one another: only the first
takes effect.
""",
    bad="""
steps:
  - id: both
    parallel:
      first: [{id: a, tool: mail.send, with: {to: ana@example.com}, subject: mail-to:ana}]
      second: [{id: b, tool: mail.send, with: {to: ana@example.com}, subject: mail-to:ana}]
""",
    good="""
steps:
  - id: both
    parallel:
      first: [{id: a, tool: mail.send, with: {to: ana@example.com}, subject: mail-to:ana}]
      second: [{id: b, tool: mail.send, with: {to: ben@example.com}, subject: mail-to:ben}]
""",
    check=_check,
    confidence="likely",
)
