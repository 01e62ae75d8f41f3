"""Journal entries as a story for the terminal."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

Entry = Mapping[str, Any]

COLOURS = {
    "scene": "1", "command": "1;36", "fact": "35", "good": "1;32", "bad": "1;31",
    "CallFailed": "33", "RetryPlanned": "33", "FallbackTaken": "33", "SettlingPlanned": "33", "WorkerTookOver": "33",
    "ReviewRequested": "36", "ReviewAnswered": "36", "SignalReceived": "36", "StepsInvalidated": "33",
    "CallReturned": "32", "RunFinished": "32",
}  # fmt: skip
WIDTH = 110


def _call(entry: Entry) -> str:
    again = f", attempt {entry['attempt']}" if entry.get("attempt", 1) > 1 else ""
    key = f", under the key {entry['key']}" if entry.get("key") else ""
    return f"intends to call {entry['tool']}{again}{key}"


def _returned(entry: Entry) -> str:
    value = entry.get("value")
    return f"got {len(value)} flights" if isinstance(value, list) else f"got {json.dumps(value)}"


def _failed(entry: Entry) -> str:
    error = entry["error"]
    return f"failed: {error['code']}, {error.get('message', '')}"


def _asked(entry: Entry) -> str:
    review = entry["review"]
    reason = f" {review['reason']}:" if review.get("reason") else ""
    call = f" {json.dumps(review['args'])}" if review.get("args") else ""
    options = "".join(map(_option, review.get("options") or ()))
    return f"asks {review.get('to', 'requester')}:{reason} {review.get('question', '')}{call}{options}"


def _option(option: Entry) -> str:
    value = option.get("value")
    if not isinstance(value, Mapping):
        return f"\n- {option['id']}"
    return f"\n- {option['id']}: {value['departs']} to {value['destination']}, {value['price']} dollars"


def _known(entry: Entry) -> str:
    ways = {"given": "as given", "infer": f"a guess, {entry.get('confidence', 1):.0%} sure", "ask": "as was answered"}
    return f"the {entry['fact']} is {entry['value']}, {ways.get(entry['how'], entry['how'])}"


def _told(entry: Entry) -> str:
    if entry["signal"] != "correct":
        return f"signal {entry['signal']}"
    by = entry.get("by") or "somebody"
    return f"{by} corrects: " + ", ".join(f"the {name} is {value}" for name, value in entry["payload"].items())


def _answered(entry: Entry) -> str:
    value = entry.get("value")
    chosen = value["id"] if isinstance(value, Mapping) else value or ""
    return f"{entry.get('by', 'somebody')} decides: {entry['decision']} {chosen}"


SENTENCES: Mapping[str, Callable[[Entry], str]] = {
    "RunRequested": lambda entry: f"{entry['user']} asks for {entry['plan']}, task {entry['task']}",
    "CallIntended": _call,
    "CallReturned": _returned,
    "CallFailed": _failed,
    "CallReused": lambda entry: f"the ledger answers for the call: {json.dumps(entry.get('value'))}",
    "RetryPlanned": lambda entry: f"will try again in {max(0.0, entry['due'] - entry['at']):.1f} s",
    "FallbackTaken": lambda _: "takes its fallback",
    "SettlingPlanned": lambda _: "does not know whether it happened: that is settled first",
    "ReviewRequested": _asked,
    "ReviewAnswered": _answered,
    "FactResolved": _known,
    "SignalReceived": _told,
    "StepsInvalidated": lambda entry: f"{' and '.join(entry['steps'])} rested on that: done again",
    "WorkerTookOver": lambda _: "another process takes over; what was in flight may or may not have happened",
    "RunFinished": lambda entry: f"the run {entry['status']}: {json.dumps(entry.get('output'))}",
}
"""What is told; the rest of the journal is for `holdfast events`."""


class Narrator:
    """Tells a run.

    Args:
        colour: whether the terminal shows colours.
    """

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._addresses: dict[object, str] = {}
        self._keys: dict[str, str] = {}

    def scene(self, text: str) -> None:
        """What the next part is about."""
        self._line("\n" + textwrap.fill(text, WIDTH), "scene")

    def command(self, text: str) -> None:
        """What somebody types."""
        self._line(f"  $ {text}", "command")

    def event(self, text: str) -> None:
        """What happens outside the run."""
        self._line(f"    * {text}", "fact")

    def verdict(self, text: str, *, good: bool) -> None:
        """How it ended."""
        self._line(f"\n{'OK' if good else 'WRONG'}: {text}", "good" if good else "bad")

    def entry(self, entry: Entry) -> None:
        """One line of the journal, if it is told."""
        kind, address = entry["kind"], self._address(entry)
        if kind == "ArgumentsRendered":
            self._keys[address] = entry.get("key", "")
        if kind == "CallIntended":
            # Where a person decided first, the key stands fixed since then.
            entry = {**entry, "key": entry.get("key") or self._keys.get(address, "")}
        if kind not in SENTENCES:
            return
        head = f"    {entry['seq']:>3}  "
        text = f"{address}: {SENTENCES[kind](entry)}" if address else SENTENCES[kind](entry)
        first, *more = text.split("\n")
        lines = [textwrap.fill(first, WIDTH, initial_indent=head, subsequent_indent=" " * 9, break_on_hyphens=False)]
        self._line("\n".join(lines + [f"{'':>13}{line}" for line in more]), kind)

    def _address(self, entry: Entry) -> str:
        """The step an entry is about: its own, or that of the call or review it belongs to."""
        if entry["kind"] == "ReviewRequested":
            return str(entry["review"]["address"])
        if entry["kind"] == "CallIntended":
            self._addresses[entry["call"]] = entry["address"]
        return str(entry.get("address") or self._addresses.get(entry.get("call"), ""))

    def _line(self, text: str, kind: str) -> None:
        code = COLOURS.get(kind)
        sys.stdout.write(f"\x1b[{code}m{text}\x1b[0m\n" if self._colour and code else f"{text}\n")
        sys.stdout.flush()
