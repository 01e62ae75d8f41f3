"""What one run did and why, as a tree of steps with times: the text of `holdfast show`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from holdfast.afterwards.trace import Trace
from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import Output, plain
from holdfast.cli.terminal.table import clip
from holdfast.core import events as e
from holdfast.core.explain import explain

_SHOWN_PARTS: Final = 60
"""Parts of one step that are shown; a loop over thousands of items is read with `holdfast events`."""

_COLOURS: Final[dict[type, str]] = {
    e.CallFailed: "yellow", e.CheckFailed: "yellow", e.RetryPlanned: "yellow", e.FallbackTaken: "yellow",
    e.SettlingPlanned: "yellow", e.EffectRuledOut: "yellow", e.StepFailed: "red", e.StepSucceeded: "green",
    e.ReviewRequested: "cyan", e.ReviewAnswered: "cyan", e.ReviewSettled: "cyan", e.WorkerTookOver: "yellow",
}  # fmt: skip


@dataclass(slots=True)
class _Line:
    at: float
    text: str
    colour: str


@dataclass(slots=True)
class _Node:
    name: str
    at: float
    parts: list[_Line | _Node] = field(default_factory=list)


def timeline(entries: Iterable[e.Entry], out: Output, children: Mapping[str, str] | None = None) -> str:
    """The tree of a run's entries, each step where it first appears, each line with the time since the start.

    `children`: a line about each child run, by its id; it stands behind what the run says of it, until that is its end.
    """
    trace, nodes = Trace(), {"": _Node("", 0.0)}
    below: dict[str, _Node] = {}
    for entry in entries:
        address = trace.place(entry)
        node = _node(nodes, address, entry.at)
        if not _noise(entry.event, address):
            node.parts.append(_Line(entry.at, _text(entry.event, trace, address), _COLOURS.get(type(entry.event), "")))
        if isinstance(entry.event, e.ChildIntended):
            below[entry.event.child] = node
        elif isinstance(entry.event, e.ChildFinished):
            below.pop(entry.event.child, None)
    for child, node in below.items():
        if children and child in children:
            node.parts.append(_Line(node.parts[-1].at, children[child], "cyan"))
    began = trace.began or 0.0
    return "\n".join(_lines(nodes[""], began, 0, out))


def parents(address: str) -> list[str]:
    """The addresses of what encloses a step, outermost first, itself last: `a[x/y]/b` is below `a[x/y]`, below `a`."""
    found, depth = [], 0
    for match in re.finditer(r"[\[\]/]|$", address):
        mark = match.group()
        if depth == 0 and match.start() and (mark in {"/", "", "["}):
            found.append(address[: match.start()])
        depth += {"[": 1, "]": -1}.get(mark, 0)
    return found


def _node(nodes: dict[str, _Node], address: str, at: float) -> _Node:
    above = nodes[""]
    for name in parents(address):
        if name not in nodes:
            nodes[name] = _Node(name, at)
            above.parts.append(nodes[name])
        above = nodes[name]
    return above


def _noise(event: e.Event, address: str) -> bool:
    """What repeats its neighbour: a timer before what it leads to, a step entered, arguments before their call."""
    if isinstance(event, e.TimerFired | e.ArgumentsRendered | e.EventTaken):
        return True
    if isinstance(event, e.EndDecided):
        return event.status == "succeeded" and not event.why
    if isinstance(event, e.StepEntered):
        return event.items is None and event.case is None
    return not address and isinstance(event, e.StepSucceeded)


def _text(event: e.Event, trace: Trace, address: str) -> str:
    took = trace.took(address) if isinstance(event, e.CallReturned | e.CallFailed) else None
    revision = trace.revision(address)
    said = f"{revision} {plain(explain(event))}" if revision else plain(explain(event))
    return said + (f" [{times.duration(took)}]" if took is not None else "")


def _lines(node: _Node, began: float, depth: int, out: Output) -> list[str]:
    lines: list[str] = []
    for part in node.parts[:_SHOWN_PARTS]:
        indent = f"{times.offset(part.at - began):>9}  {'  ' * depth}"
        if isinstance(part, _Node):
            lines.append(indent + out.paint(plain(_own_name(part.name, node.name)), "bold"))
            lines += _lines(part, began, depth + 1, out)
        else:
            text = clip(" ".join(part.text.split()), max(40, out.width - len(indent)))
            lines.append(indent + (out.paint(text, part.colour) if part.colour else text))
    if len(node.parts) > _SHOWN_PARTS:
        lines.append(f"{'':>9}  {'  ' * depth}… and {len(node.parts) - _SHOWN_PARTS} more, see `holdfast events`")
    return lines


def _own_name(address: str, above: str) -> str:
    return address[len(above) :].lstrip("/")
