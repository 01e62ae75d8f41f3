"""The parts of the report that are lists: people, effects, facts, spending, every entry, and what proves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from holdfast.afterwards.chronicle import Chronicle
from holdfast.afterwards.people import of_fact
from holdfast.audit.fault import Fault
from holdfast.audit.opened import Opened
from holdfast.audit.stretches import Times
from holdfast.audit.table import table
from holdfast.audit.text import clock, data, lasted, moment, sentence, text
from holdfast.core import events as e
from holdfast.core.explain import explain
from holdfast.journal.store import EffectRow, ReviewRow, RunRow

ENTRIES: Final = 1500
"""Entries that are shown of a longer journal, half of them from its end."""

ROWS: Final = 500

_OBSERVED: Final = frozenset(get_args(e.Observation))


def people(reviews: Sequence[ReviewRow]) -> str:
    """What people were asked and what they said."""
    if not reviews:
        return "<h2>What people decided</h2><p>Nobody was asked.</p>"
    return (
        "<h2>What people decided</h2>" + "".join(map(_review, reviews[:ROWS])) + _more(len(reviews), ROWS, "questions")
    )


def _review(row: ReviewRow) -> str:
    review = row.review
    because = f", because {text(review.reason, 600)}" if review.reason else ""
    who = f"asked of {text(review.to)} on {moment(row.opened_at)}{because}; {text(review.id)}"
    asked = f'<p><b>{text(review.question, 1000)}</b><br><span class="soft">{who}</span></p>'
    shown = f"<p class='soft'>They were shown:</p>{data(review.args)}" if review.args else ""
    said = [*_given(row)]
    answers = table(("who", "decided", "with", "reason", "when", "looked at it for"), said) if said else ""
    ended = f"<p class='soft'>{_outcome(row)}</p>" if not said or row.outcome in _SILENT else ""
    return f'<div class="card">{asked}{shown}{answers}{ended}</div><br>'


_SILENT: Final = {
    "expired": "Nobody answered in time.",
    "withdrawn": "It was withdrawn.",
    "escalated": "Others were asked.",
}


def _outcome(row: ReviewRow) -> str:
    return _SILENT.get(row.outcome, "It is open." if row.state == "open" else f"It was closed: {text(row.outcome)}.")


def _given(row: ReviewRow) -> Iterator[tuple[str, ...]]:
    given = [(one.by, one.decision, one.value, one.reason, one.at, one.looked) for one in row.given]
    if not given and row.answered_at is not None:
        given = [(row.by, row.decision, row.value, "", row.answered_at, row.looked)]
    for by, decision, value, reason, at, looked in given:
        took = "" if looked is None else lasted(looked)
        shown = "" if value is None else data(value)
        yield text(by or "a person"), text(decision), shown, text(reason, 600), moment(at), took


_STATES: Final = {
    "succeeded": "took place", "failed": "did not take place", "unknown": "nobody knows yet", "intended": "under way",
    "compensated": "took place, and was undone", "unusable": "took place; what it gave cannot be used",
}  # fmt: skip


def effects(rows: Sequence[EffectRow]) -> str:
    """What was done to the outside world."""
    title = "<h2>What it did to the outside world</h2>"
    if not rows:
        return f"{title}<p>Nothing.</p>"
    lines = [
        (
            text(row.address or "the run"), f"<code>{text(row.tool)}</code>", _STATES.get(row.state, text(row.state)),
            moment(row.intended_at), moment(row.settled_at), f"<code>{text(row.key)}</code>",
        )
        for row in rows[:ROWS]
    ]  # fmt: skip
    head = ("step", "tool", "what is known", "begun", "settled", "key under which it is made at most once")
    return title + table(head, lines) + _more(len(rows), ROWS, "effects")


def facts(chronicle: Chronicle, labels: Sequence[tuple[str, str]]) -> str:
    """What it believed about the world, and where its values came from."""
    lines = [
        (f"[{entry.seq}]", moment(entry.at), sentence(of_fact(chronicle, name, entry.event), 600))
        for name, some in list(chronicle.facts.items())[:ROWS]
        for entry in some
    ]
    believed = table(("entry", "when", "what it took for a fact"), lines) if lines else ""
    paths = [(text(of), text(path.replace("<-", "←"), 600)) for of, path in labels[:ROWS]]
    came = table(("value", "where it came from"), paths) if paths else ""
    more = _more(len(labels), ROWS, "values")
    return f"<h2>What it believed, and where values came from</h2>{believed}{came}{more}" if believed or came else ""


def spent(row: RunRow, times: Times) -> str:
    """Calls, failures, tokens and money; and which tools took how long."""
    used = (row.result or {}).get("spent")
    cards = ""
    if isinstance(used, Mapping):
        cards = "".join(
            f'<div class="card"><span>{name}</span><b>{_amount(used.get(name))}</b></div>'
            for name in ("calls", "failures", "tokens", "cost")
        )
    tools: dict[str, tuple[int, int, float]] = {}
    for part in (part for step in times.steps.values() for part in step.parts if part.kind == "call"):
        calls, failures, took = tools.get(part.name, (0, 0, 0.0))
        stretch = (times.last if part.ended is None else part.ended) - part.began
        tools[part.name] = (calls + 1, failures + (part.outcome in {"failed", "unknown"}), took + stretch)
    lines = [
        (f"<code>{text(name)}</code>", f"{calls:,}", f"{failures:,}", lasted(took))
        for name, (calls, failures, took) in tools.items()
    ]
    used_tools = table(("tool", "calls", "failed", "time in all"), lines, frozenset({1, 2, 3})) if lines else ""
    return f'<h2>What it used</h2><div class="grid2">{cards}</div>{used_tools}'


def _amount(number: object) -> str:
    return f"{number:,g}" if isinstance(number, int | float) else text(number or 0)


def decided(entries: Sequence[e.Entry]) -> str:
    """Every entry: what came in, and what was decided from it, with the reason."""
    shown = entries if len(entries) <= ENTRIES else [*entries[: ENTRIES // 2], *entries[-ENTRIES // 2 :]]
    rows: list[str] = []
    day, before = "", 0
    for entry in shown:
        if before and entry.seq != before + 1:
            rows.append(f'<tr><td colspan="4">… {entry.seq - before - 1:,} entries are left out …</td></tr>')
        if moment(entry.at)[:10] != day:
            day = moment(entry.at)[:10]
            rows.append(f'<tr><th colspan="4">{day}</th></tr>')
        rows.append(_entry(entry))
        before = entry.seq
    head = "<tr><th>entry</th><th>time</th><th>step</th><th>what came in, or was decided, and why</th></tr>"
    return (
        "<h2>Every observation and every decision</h2><p class='soft'>What came in from outside is marked with an "
        "arrow; all else was decided from it by the rules of the plan, and is decided the same again whenever this "
        "record is replayed.</p>"
        f'<div class="scroll"><table><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _entry(entry: e.Entry) -> str:
    kind = ' class="came"' if type(entry.event) in _OBSERVED else ""
    address = text(getattr(entry.event, "address", ""), 120)
    said = sentence(explain(entry.event), 600)
    return (
        f'<tr{kind} id="e{entry.seq}"><td class="n">{entry.seq}</td><td class="t">{clock(entry.at)}</td>'
        f"<td><code>{address}</code></td><td>{said}</td></tr>"
    )


def seal(run: Opened) -> str:
    """What proves that this is the record as it was written, and how far that goes."""
    raw: Any = run.raw
    rows = [
        ("entries", f"{raw.last_seq:,}"), ("digest of the last entry", f"<code>{_hex(raw.head)}</code>"),
        ("seal", f"<code>{_hex(raw.seal)}</code>"), ("plan's digest", f"<code>{text(run.row.plan_hash)}</code>"),
    ]  # fmt: skip
    return f"<h2>Whether this record is what was written</h2>{_verdict(run)}{table(('what', 'value'), rows)}"


def _verdict(run: Opened) -> str:
    if run.faults:
        return "<p><b>It is not.</b> An audit found:</p>" + "".join(map(_fault, run.faults))
    if run.keyed:
        return (
            "<p><b>It is.</b> Each entry is tied to the one before by a digest that cannot be made without a secret "
            "key, and the end is sealed with that key. An entry that was changed, removed, moved or put in, or a "
            "record that was cut off, would have been found when this page was made.</p>"
        )
    return (
        "<p><b>Nothing is wrong with it.</b> Each entry is tied to the one before by a digest. No key is "
        "configured, so this shows accidents; somebody who can write to the store could have made all of it anew.</p>"
    )


def _fault(fault: Fault) -> str:
    said = fault.to_data()
    place = f"Entry {fault.seq}" if fault.seq is not None else text(fault.what or "The record")
    lines = "<br>".join(f"{name}: {text(said[key], 600)}" for name, key in _SAID if said[key])
    return f'<div class="fault"><b>{place}</b><br>{lines}</div>'


_SAID: Final = (("expected", "expected"), ("found", "found"), ("this means", "means"), ("to do", "todo"))


def _hex(digest: object) -> str:
    return digest.hex() if isinstance(digest, bytes) else text(repr(digest))


def _more(count: int, shown: int, what: str) -> str:
    return f'<p class="soft">The first {shown} of {count:,} {what}.</p>' if count > shown else ""
