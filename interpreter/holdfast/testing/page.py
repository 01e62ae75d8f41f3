"""Test results as a page of its own: what passed, and the text of each plan with what no test has reached marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from holdfast.lint.analysis.sites import sites_of
from holdfast.plan.source import Document, read
from holdfast.testing.coverage import KINDS

if TYPE_CHECKING:
    from holdfast.plan.program import Plan
    from holdfast.testing.coverage import Coverage
    from holdfast.testing.verdict import Verdict

Tested = tuple["Plan", Sequence["Verdict"], "Coverage"]

_STYLE: Final = """
:root { color-scheme: light dark; --ok: #15803d; --bad: #b91c1c; --line: #8884; --missed: #dc262622; }
@media (prefers-color-scheme: dark) { :root { --ok: #4ade80; --bad: #f87171; --missed: #f8717133; } }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1.2rem; margin-top: 2.5rem; } .ok { color: var(--ok); } .bad { color: var(--bad); }
pre { border: 1px solid var(--line); border-radius: 6px; padding: .6rem; overflow-x: auto; }
pre mark { background: var(--missed); color: inherit; display: block; }
pre mark::before { content: "never  "; opacity: .7; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top; }
td, th { border-bottom: 1px solid var(--line); }
"""


def page(tested: Sequence[Tested]) -> str:
    """The page as one HTML text; it needs nothing from the network."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tests of plans</title><style>{_STYLE}</style></head><body>
<h1>Tests of plans</h1>
{"".join(map(_plan, tested))}
</body></html>
"""


def _plan(tested: Tested) -> str:
    plan, verdicts, found = tested
    reach = "".join(_reach(found, kind, several) for kind, several, _ in KINDS)
    return f"""<h2>{escape(plan.name)}: {found.share:.0%} reached</h2>
<table><tr><th>test</th><th>result</th><th>deaths</th></tr>{"".join(map(_verdict, verdicts))}</table>
<table>{reach}</table>
<pre>{_text(plan, found)}</pre>
"""


def _reach(found: Coverage, kind: str, said: str) -> str:
    reached, total = found.of(kind)
    missed = escape(", ".join(found.never(kind))) or "-"
    return f"<tr><th>{said}</th><td>{reached} of {total}</td><td>{missed}</td></tr>" if total else ""


def _verdict(verdict: Verdict) -> str:
    result = '<span class="ok">passed</span>'
    if not verdict.passed:
        result = f'<span class="bad">failed</span><pre>{escape(chr(10).join(verdict.faults))}</pre>'
    return f"<tr><td>{escape(verdict.name)}</td><td>{result}</td><td>{verdict.deaths}</td></tr>"


def _text(plan: Plan, found: Coverage) -> str:
    """The plan's lines; those of steps that never ran are marked, so is the first line of a case that never held."""
    document = read(plan.source, plan.file)
    marked = _marked(plan, document, found)
    lines = enumerate(document.source.splitlines(), start=1)
    return "".join(
        f"<mark>{escape(line)}</mark>" if number in marked else f"{escape(line)}\n" for number, line in lines
    )


def _marked(plan: Plan, document: Document, found: Coverage) -> set[int]:
    paths: Mapping[str, tuple[str | int, ...]] = {
        site.step.id: site.path for site in sites_of(plan, document) if site.role != "fact"
    }
    marked = set[int]()
    for place in (part.place for part in found.parts if not part.reached):
        if place.step not in paths:
            continue
        if place.kind == "step":
            span = document.span(paths[place.step])
            marked.update(range(span.line, span.end_line + 1))
        elif place.kind == "case":
            marked.add(document.span((*paths[place.step], "switch", place.number)).line)
        elif place.kind == "condition" and place.number == 1:
            marked.add(document.key_span((*paths[place.step], "when")).line)
    return marked
