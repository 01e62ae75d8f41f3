"""A plan as a page of its own: nested boxes, effects and the worst case. It needs nothing from the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from holdfast.diagnostics import printable
from holdfast.explain.outline import Box, outline
from holdfast.explain.report import told
from holdfast.explain.text import way
from holdfast.lint.analysis.worst import seconds_text
from holdfast.lint.rule import Subject

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --write: #b45309; --ask: #1d4ed8; --group: #8882; }
@media (prefers-color-scheme: dark) { :root { --write: #f59e0b; --ask: #93c5fd; } }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.box { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; padding: .4rem .6rem; }
.box { overflow-wrap: anywhere; } .box > b { font-family: ui-monospace, monospace; }
.write { border-left: 4px solid var(--write); } .ask { border-left: 4px solid var(--ask); }
.group { background: var(--group); border-style: dashed; }
.beside { display: flex; gap: .6rem; flex-wrap: wrap; } .beside > .box { flex: 1 1 12rem; }
.notes { opacity: .75; font-size: .9em; margin: 0; padding-left: 1.2rem; }
.fallback { margin-left: 1.2rem; } .fallback > i { font-size: .9em; opacity: .75; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .6rem .25rem 0; }
td, th { border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; }
td:first-child { white-space: nowrap; }
"""


def page(subject: Subject) -> str:
    """The page as one HTML text."""
    data, drawn = told(subject), outline(subject)
    title = escape(subject.plan.name)
    return printable(f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{_STYLE}</style></head><body>
<h1>{title}</h1>
<p>{escape(subject.plan.description)}</p>
{_notes(drawn)}
{"".join(map(_box, drawn.boxes))}
<h2>Effects</h2>
{_table(("step", "tool", "a repeat", "undone by", "asks"), [_effect(one) for one in data["effects"]])}
<h2>Where their data comes from</h2>
{_table(("step", "label", "from"), list(_flows(data["effects"])))}
<h2>People</h2>
{_table(("who", "for", "at", "within"), [_person(one) for one in data["people"]])}
<h2>At worst</h2>
{_table(("", "at most", "how it adds up"), list(_worst(data)))}
</body></html>
""")


def _notes(box: Box) -> str:
    notes = "".join(f"<li>{escape(note)}</li>" for note in box.notes)
    return f'<ul class="notes">{notes}</ul>' if notes else ""


def _box(box: Box) -> str:
    inner = "".join(map(_box, box.boxes))
    inside = f'<div class="beside">{inner}</div>' if box.beside else inner
    listed = _notes(box)
    others = "".join(f'<div class="fallback"><i>or, if that fails</i>{_box(one)}</div>' for one in box.fallback)
    return (
        f'<div class="box {escape(box.kind)}"><b>{escape(box.id)}</b> {escape(box.title)}{listed}{inside}</div>{others}'
    )


def _effect(effect: Mapping[str, Any]) -> tuple[str, ...]:
    asks = "; ".join(one["to"] + (f" when {one['when']}" if one["when"] else "") for one in effect["asks"])
    undo = effect["undone_by"] or ("stays" if effect["reversible"] else "cannot be undone")
    return effect["step"], effect["tool"], effect["repeat"], undo, asks or "nobody"


def _flows(effects: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    for effect in effects:
        for flow in effect["labels"]:
            yield effect["step"], flow["label"], way(flow["way"])


def _person(one: Mapping[str, Any]) -> tuple[str, ...]:
    within = "without a bound" if one["within"] is None else seconds_text(one["within"])
    return one["to"], one["for"], one["step"] or "every step", within


def _worst(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    worst, limits = data["worst"], data["limits"]
    yield "time", worst["time"], f"{worst['time_sum']}; the deadline is {seconds_text(limits['deadline'])}"
    yield "calls", f"{worst['calls']:g}", worst["calls_sum"]
    if worst["cost"]:
        yield "cost", f"{worst['cost']:g}", f"{worst['cost_sum']}, as far as the tools say what a call costs"
    for queue in worst["queues"]:
        yield f"reviews by {queue['to']}", f"{queue['reviews']:g}", queue["sum"]
    undoing = worst["undoing"]
    if undoing["calls"]:
        yield "undoing, on top", f"{undoing['calls']:g} calls", f"within {seconds_text(undoing['seconds'])}"
    for name in ("calls", "tokens", "cost"):
        if limits[name] is not None:
            yield f"budget of {name}", f"{limits[name]:g}", ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "<p>none</p>"
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"
