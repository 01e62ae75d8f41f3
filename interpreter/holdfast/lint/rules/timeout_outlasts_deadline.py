"""HF221: a timeout that the deadline cuts short."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.time import words
from holdfast.lint.rule import Found, Rule, Subject


def _check(subject: Subject) -> Iterator[Found]:
    for site in subject.sites:
        limits = [above.step.deadline for above in site.lineage if above.step.deadline is not None]
        timeout = site.step.timeout if subject.says(site, "timeout") else None
        if timeout is not None and limits and timeout > min(limits):
            message = f"an attempt may take {words(timeout)}, but the deadline is {words(min(limits))}"
            yield message, subject.place((*site.path, "timeout")), "a shorter timeout or a later deadline"


RULE = Rule(
    code="HF221",
    slug="timeout-outlasts-deadline",
    severity="warning",
    title="a timeout that the deadline cuts short",
    why="""
The deadline of the step, or of what is around it, is shorter than one attempt may take: the attempt is cut off before
its own timeout, so the timeout says nothing.
""",
    bad="""
steps:
  - {id: look, tool: web.fetch, with: {url: 'https://example.com'}, timeout: 30s, deadline: 10s}
""",
    good="""
steps:
  - {id: look, tool: web.fetch, with: {url: 'https://example.com'}, timeout: 10s, deadline: 30s}
""",
    check=_check,
)
