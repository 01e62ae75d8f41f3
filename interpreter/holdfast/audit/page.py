"""A run as one page for somebody who does not know Holdfast: it loads nothing from anywhere, and nothing in it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from holdfast.afterwards.chronicle import Chronicle
from holdfast.afterwards.reason import Reason
from holdfast.afterwards.why import Teller
from holdfast.audit.opened import Opened
from holdfast.audit.sections import decided, effects, facts, people, seal, spent
from holdfast.audit.stretches import Times, times_of
from holdfast.audit.style import STYLE
from holdfast.audit.table import table
from holdfast.audit.text import data, lasted, moment, sentence, text
from holdfast.audit.timeline import MOST, timeline
from holdfast.core import events as e
from holdfast.version import VERSION

OVER: Final = frozenset({"succeeded", "failed", "aborted", "cancelled"})

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(run: Opened, labels: Sequence[tuple[str, str]], made_at: float) -> str:
    """The report as one HTML text.

    Args:
        run: the run with all that belongs to it.
        labels: what is known of where values came from: of what, and the path.
        made_at: now, seconds since 1970.
    """
    times = times_of(run.entries)
    chronicle = None if run.erased or run.plan is None else Chronicle(run.plan, run.entries)
    parts = "".join(_parts(run, times, chronicle, labels))
    name = text(run.row.plan)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{name}: {text(run.row.run)}</title><style>{STYLE}</style></head><body>\n{parts}"
        f"<footer>Made by Holdfast {text(VERSION)} on {moment(made_at)} from the run's journal. All times are UTC."
        "</footer></body></html>\n"
    )


def _parts(run: Opened, times: Times, chronicle: Chronicle | None, labels: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield _head(run)
    yield _asked(run)
    yield _came(run, times)
    yield _picture(times)
    if chronicle is not None:
        yield f"<h2>Why it came out so</h2>{_reasons(Teller(chronicle).of_run())}"
    yield people(run.reviews)
    yield effects(run.effects)
    if chronicle is not None:
        yield facts(chronicle, labels)
    yield spent(run.row, times)
    yield decided(run.entries)
    yield seal(run)
    source = "(erased)" if run.plan is None else text(run.plan.source, _PLAN)
    yield f"<details><summary>The plan's text</summary><pre>{source}</pre></details>"
    yield _WORDS


_PLAN: Final = 40_000


def _head(run: Opened) -> str:
    row = run.row
    kind = "good" if row.status == "succeeded" else "ill" if row.status in OVER else "open"
    intact = "intact" if not run.faults else f"{len(run.faults)} faults"
    sealed = "sealed with a key" if run.keyed else "not sealed with a key"
    via = (row.result or {}).get("via")
    status = f"<b>{text(row.status)}</b>" + (f" by its {text(via)}" if via else "")
    return (
        f'<header><p class="lead">Record of a run</p><h1>{text(row.plan)}</h1><p class="soft">{text(row.run)}</p>'
        f'<div class="badges"><span class="badge {kind}">{status}</span>'
        f'<span class="badge {"ill" if run.faults else "good"}">record <b>{intact}</b></span>'
        f'<span class="badge">{sealed}</span><span class="badge">{row.last_seq:,} entries</span>'
        f"{_ERASED if run.erased else ''}</div></header>"
    )


_ERASED: Final = '<span class="badge">text was erased from it</span>'


def _asked(run: Opened) -> str:
    request = run.entries[0].event
    assert isinstance(request, e.RunRequested)  # noqa: S101 - a journal begins so
    rows = [(text(name), data(value)) for name, value in request.inputs.items()]
    given = table(("given", "value"), rows) if rows else "<p>Nothing was given along.</p>"
    who = f"the run {request.lineage.parent}" if request.lineage else request.user
    task = f" for the task {text(request.task)}" if request.task != run.row.run else ""
    described = f"<p>{text(run.plan.description, _PLAN)}</p>" if run.plan and run.plan.description else ""
    when = moment(run.entries[0].at)
    return f"<h2>What was asked</h2>{described}<p>Asked for by <b>{text(who)}</b>{task} on {when}.</p>{given}"


def _came(run: Opened, times: Times) -> str:
    row, result = run.row, run.row.result or {}
    over = row.status in OVER
    took = lasted(row.updated_at - times.began)
    said = (
        f"<p>It {text(row.status)} after {took}." if over else f"<p>It is not over: {text(row.status)}, {took} so far."
    )
    error, output = result.get("error"), result.get("output")
    if isinstance(error, Mapping):
        said += f" The error was <code>{text(error.get('code'))}</code>: {sentence(error.get('message'))}"
    parts = [f"{said}</p>"]
    if output is not None:
        parts.append(f"<p>Its result:</p>{data(output)}")
    waiting = [
        f"<li>{text(one.get('for'))}: {text(one.get('question') or one.get('address'))}</li>" for one in row.waiting
    ]
    if waiting and not over:
        parts.append(f"<p>It waits for:</p><ul>{''.join(waiting)}</ul>")
    notes = result.get("notes")
    parts += [f"<p>Note: {text(note, 1000)}</p>" for note in notes] if isinstance(notes, list) else []
    return f"<h2>What came of it</h2>{''.join(parts)}"


def _picture(times: Times) -> str:
    more = f'<p class="soft">The first {MOST} of {len(times.steps):,} steps.</p>' if len(times.steps) > MOST else ""
    return f'<h2>What happened when</h2><div class="scroll">{timeline(times)}</div>{_LEGEND}{more}'


_LEGEND: Final = (
    '<p class="legend"><span><i class="l-ok"></i>a tool was called and answered</span>'
    '<span><i class="l-bad"></i>a call that failed</span><span><i class="l-doubt"></i>outcome unknown at first</span>'
    '<span><i class="l-ask"></i>a person was asked</span><span><i class="l-wait"></i>it waited</span>'
    '<span><i class="l-child"></i>another plan ran</span><span><i class="l-crash"></i>nobody carried it out</span>'
    '<span><i class="l-cut"></i>long, so not to scale</span></p>'
)


def _reasons(reason: Reason) -> str:
    behind = "".join(f"<li>{_reasons(one)}</li>" for one in reason.because)
    rests = f"<sup>[{reason.entry.seq}]</sup>" if reason.entry is not None else ""
    return f"{sentence(reason.sentence)} {rests}" + (f'<ul class="why">{behind}</ul>' if behind else "")


_WORDS: Final = (
    "<details><summary>Words on this page</summary><table>"
    "<tr><td><b>plan</b></td><td>a text that says what is to be done, and what when something goes wrong</td></tr>"
    "<tr><td><b>run</b></td><td>a plan being carried out once; this page is about one run</td></tr>"
    "<tr><td><b>step</b></td><td>one part of a plan; steps lie in each other, as their names say</td></tr>"
    "<tr><td><b>tool</b></td><td>a program that a step calls: it looks something up, or changes something</td></tr>"
    "<tr><td><b>effect</b></td><td>a change that a tool made outside; its key keeps it from being made twice</td></tr>"
    "<tr><td><b>entry</b></td><td>one line of the record; written before anything is done because of it</td></tr>"
    "<tr><td><b>unknown</b></td><td>a call of which no answer came: it was found out what became of it, or a person "
    "was asked, before anything was built on it</td></tr></table></details>"
)
