"""What a plan can do, for people to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from holdfast.diagnostics import printable
from holdfast.explain.outline import Box, about_plan, outline
from holdfast.explain.report import told
from holdfast.lint.analysis.worst import seconds_text
from holdfast.lint.rule import Subject

_WIDTH: Final = 100
"""Columns of a line at most, where blanks leave a choice."""


def text(subject: Subject) -> str:
    """The plan as an outline, then its effects, its people and its worst case."""
    data = told(subject)
    parts = [
        [
            subject.plan.name + (f": {subject.plan.description}" if subject.plan.description else ""),
            *([f"  {'; '.join(about)}"] if (about := about_plan(subject.plan)) else []),
        ],
        ["steps", *_outline(outline(subject).boxes, 1)],
        ["effects", *(_effects(data["effects"]) + _made(data["made"]) or ["  none: it only reads"])],
        *([["data", *flows]] if (flows := _flows(data["effects"])) else []),
        ["people", *(_people(data["people"]) or ["  nobody is asked"])],
        ["at worst", *_worst(data)],
    ]
    whole = "\n\n".join("\n".join(line for long in lines for line in _folded(long)) for lines in parts)
    return printable(whole)


def _folded(line: str) -> list[str]:
    """A line of at most so many characters; what goes on stands four blanks deeper."""
    indent = len(line) - len(line.lstrip())
    more = " " * (indent + 4)
    return wrap(line, _WIDTH, subsequent_indent=more, break_long_words=False, break_on_hyphens=False) or [line]


def _outline(boxes: Sequence[Box], depth: int) -> Iterator[str]:
    for box in boxes:
        title = f"  {box.title}" if box.title else ""
        notes = f"  ({'; '.join(box.notes)})" if box.notes else ""
        yield f"{'  ' * depth}{box.id}{title}{notes}"
        yield from _outline(box.boxes, depth + 1)
        for alternative in box.fallback:
            yield f"{'  ' * (depth + 1)}or, if that fails:"
            yield from _outline([alternative], depth + 2)


def _effects(effects: Sequence[Mapping[str, Any]]) -> list[str]:
    width = max((len(one["step"]) for one in effects), default=0)
    tool = max((len(one["tool"]) for one in effects), default=0)
    return [f"  {one['step'].ljust(width)}  {one['tool'].ljust(tool)}  {_effect(one)}" for one in effects]


def _flows(effects: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where what goes into the effects comes from, with the way it takes."""
    width = max((len(one["step"]) for one in effects), default=0)
    return [
        f"  {effect['step'].ljust(width)}  {flow['label']} from {way(flow['way'])}"
        for effect in effects
        for flow in effect["labels"]
    ]


def way(names: Sequence[str]) -> str:
    """From the source on: `look (web.fetch) by summary`."""
    source, *between = reversed(names)
    return " by ".join([source, *between])


def _made(made: Sequence[Mapping[str, Any]]) -> list[str]:
    tools = [(one["step"], ", ".join(one["tools"])) for one in made if one["tools"]]
    return [f"  {step}  whatever the plan made there does with {names}" for step, names in tools]


def _effect(effect: Mapping[str, Any]) -> str:
    undo = f"undone by {effect['undone_by']}" if effect["undone_by"] else "stays"
    if not effect["reversible"]:
        undo = "cannot be undone"
    asks = [f"asks {one['to']}" + (f" when {one['when']}" if one["when"] else "") for one in effect["asks"]]
    return "; ".join([effect["repeat"], undo, *asks])


def _people(people: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        f"  {one['to']}  {one['for']} at {one['step'] or 'every step'}"
        + (f", within {seconds_text(one['within'])}" if one["within"] is not None else ", without a bound")
        for one in people
    ]


def _worst(data: Mapping[str, Any]) -> Iterator[str]:
    worst, limits = data["worst"], data["limits"]
    yield f"  time     {worst['time']}{_sum(worst['time_sum'])} (the deadline is {seconds_text(limits['deadline'])})"
    yield f"  calls    {worst['calls']:g}{_sum(worst['calls_sum'])}"
    if worst["cost"]:
        yield f"  cost     {worst['cost']:g}{_sum(worst['cost_sum'])}, as far as the tools say what a call costs"
    yield f"  reviews  {worst['reviews']:g}"
    for queue in worst["queues"]:
        yield f"           {queue['to']} {queue['reviews']:g}{_sum(queue['sum'])}"
    undoing = worst["undoing"]
    if undoing["calls"]:
        many = f"{undoing['calls']:g} more call{'' if undoing['calls'] == 1 else 's'}"
        yield f"  undoing  {many}, within {seconds_text(undoing['seconds'])}"
    budget = ", ".join(f"{limits[name]:g} {name}" for name in ("calls", "tokens", "cost") if limits[name] is not None)
    if budget:
        yield f"  budget   {budget}"


def _sum(told: str) -> str:
    return f" = {told}" if told else ""
