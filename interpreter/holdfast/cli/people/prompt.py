"""A review as a person sees it at the terminal, and the lines typed there."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from holdfast.cli.people.reply import option_lines, question, takes_default
from holdfast.cli.people.wanted import silence, wanted
from holdfast.cli.terminal.output import Output, compact, plain

if TYPE_CHECKING:
    from holdfast.core.review import Review


class Lines:
    """Lines typed at standard input, read without a thread, so that waiting for one can be given up."""

    def __init__(self) -> None:
        self._fd = sys.stdin.fileno()
        self._rest = b""

    async def read(self) -> str | None:
        """The next line; None when there will be no more."""
        import anyio

        while b"\n" not in self._rest:
            await anyio.wait_readable(self._fd)
            got = os.read(self._fd, 65_536)
            if not got:
                return None
            self._rest += got
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")


def review_text(review: Review, out: Output, now: float, child: str = "") -> str:
    """The question with everything needed to decide it. `child`: the child run that asks."""
    lines = ["", out.paint_note(f"? {plain(review.question) or 'A decision is needed.'}", "bold")]
    lines += [f"  asked by the child run {child}"] if child else []
    lines += [f"  because {plain(review.reason)}"] if review.reason else []
    lines += [f"  labels: {', '.join(review.labels)}"] if review.labels else []
    lines += [f"  {plain(review.tool)} with"] if review.tool else []
    lines += [f"    {plain(name)}: {compact(value)}" for name, value in (review.args or {}).items()]
    lines += [f"  context: {compact(review.context)}"] if review.context is not None else []
    lines += option_lines(review.options) if review.options is not None else []
    lines += [f"  without an answer {silence(review, now)}"] if review.due is not None else []
    return "\n".join([*lines, f"  {how(review)}"])


def how(review: Review) -> str:
    """What may be typed, in one line."""
    others = [name for name in review.decisions if name not in {"choose", "answer"}]
    if question(review) is None:
        return f"type one of: {', '.join(_word(name) for name in others)} (Ctrl-C leaves it for later)"
    what = wanted(review.schema)
    first = "type a number or an id" if review.options is not None else f"type {what or 'the answer'}"
    more = f", or {', '.join(_word(name) for name in others)}" if others else ""
    enter = f", or Enter for {compact(review.default)}" if takes_default(review) else ""
    return f"{first}{more}{enter} (Ctrl-C leaves it for later)"


def _word(decision: str) -> str:
    return f"{decision} {{JSON}}" if decision == "edit" else decision
