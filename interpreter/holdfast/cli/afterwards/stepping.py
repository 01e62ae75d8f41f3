"""`holdfast replay --step`: a run walked through, forwards and backwards, one command per line.

The lines may come from a terminal or from a pipe; the end of them is the end of the walk.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from holdfast.afterwards.reading import reads_of
from holdfast.afterwards.trace import Trace
from holdfast.cli.afterwards import standing
from holdfast.cli.afterwards.divergence import divergence_lines
from holdfast.cli.terminal import times
from holdfast.cli.terminal.data import entry_data
from holdfast.cli.terminal.output import Output, compact, plain
from holdfast.core.explain import explain

if TYPE_CHECKING:
    from holdfast.afterwards.reading import Read
    from holdfast.afterwards.walk import Walk
    from holdfast.core.events import Entry

HELP: Final = (
    "n next, p back, g N go to entry N, f facts, s steps under way, w why (what each decision read), h help, q quit"
)
_PROMPT: Final = "step> "


def step_through(run: str, walk: Walk, out: Output) -> None:
    """Show where the walk stands, then do what each line of standard input says."""
    walker = _Walker(run, walk, out)
    out.note(f"{run}: {len(walk.entries)} entries, {len(walk.turns)} observations; {HELP}")
    if not walk.position:
        walk.forward()
    walker.here()
    for line in _lines(out):
        if not walker.does(line):
            return


def _lines(out: Output) -> Iterator[str]:
    while True:
        if sys.stdin.isatty():
            out.prompt(_PROMPT)
        line = sys.stdin.readline()
        if not line:
            return
        if out.closed:
            return
        yield line.strip()


class _Walker:
    """Answers commands."""

    def __init__(self, run: str, walk: Walk, out: Output) -> None:
        self._run, self._walk, self._out = run, walk, out
        trace = Trace()
        self._places = {entry.seq: trace.place(entry) for entry in walk.entries}
        self._began = walk.entries[0].at if walk.entries else 0.0

    def does(self, line: str) -> bool:
        """What a line says; False once it says that it is enough. An empty line is `n`."""
        word, _, rest = (line or "n").partition(" ")
        if word in {"q", "quit"}:
            return False
        command = self._COMMANDS.get(word)
        if command is None:
            self._out.error(f"`{plain(word)}` is no command here: {HELP}")
        else:
            command(self, rest.strip())
        return True

    def _next(self, _rest: str) -> None:
        if self._walk.forward():
            self.here()
        elif self._walk.divergence is not None:
            self._out.error("the decisions differ here: no step leads further")
        else:
            self._out.error("this is the end of the journal")

    def _back(self, _rest: str) -> None:
        if self._walk.position > 1 and self._walk.back():
            self.here()
        else:
            self._out.error("this is the beginning")

    def _go(self, rest: str) -> None:
        if not rest.isdecimal() or not int(rest):
            self._out.error(f"`g {plain(rest)}`: name an entry by its number, from 1 to {len(self._walk.entries)}")
            return
        self._walk.to_entry(int(rest))
        self.here()

    def _help(self, _rest: str) -> None:
        self._out.error(HELP)

    def _facts(self, _rest: str) -> None:
        state = self._walk.interpreter.state
        self._say(
            lambda: {"facts": standing.fact_data(state)},
            lambda: _listed(standing.fact_lines(state), "this run has no facts"),
        )

    def _frames(self, _rest: str) -> None:
        state = self._walk.interpreter.state
        over = f"the run is over: {state.outcome.status}" if state.outcome is not None else "nothing is under way"
        self._say(
            lambda: {"frames": standing.frame_data(state)},
            lambda: _listed(standing.frame_lines(state, self._at), over),
        )

    def _why(self, _rest: str) -> None:
        here = self._walk.here
        decided = here.decided if here is not None else []
        self._say(
            lambda: {"why": [self._why_data(entry) for entry in decided]},
            lambda: _listed([line for entry in decided for line in self._why_lines(entry)], "nothing was decided here"),
        )

    def _why_data(self, entry: Entry) -> dict[str, object]:
        reads = reads_of(self._walk.interpreter.state, entry.event)
        return {
            "seq": entry.seq, "address": self._places[entry.seq], "sentence": explain(entry.event),
            "why": dict(getattr(entry.event, "why", {})), "reads": [_read_data(read) for read in reads],
        }  # fmt: skip

    def _why_lines(self, entry: Entry) -> list[str]:
        numbers = {name: value for name, value in getattr(entry.event, "why", {}).items() if name != "code"}
        return [
            f"{entry.seq}  {standing.placed(entry.event)}: {plain(explain(entry.event))}",
            *([f"   with {', '.join(f'{plain(name)} {compact(value)}' for name, value in numbers.items())}"]
              if numbers else []),
            *(f"   read {_read_line(read)}" for read in reads_of(self._walk.interpreter.state, entry.event)),
        ]  # fmt: skip

    # --- where it stands -------------------------------------------------------------------------------------------

    @property
    def _at(self) -> float:
        here = self._walk.here
        return self._began if here is None else here.observed.at

    def here(self) -> None:
        """Show the observation and what was decided from it."""
        self._say(self._data, self._text)

    def _data(self) -> dict[str, object]:
        walk, here = self._walk, self._walk.here
        if here is None:
            return {"run": self._run, "position": 0, "of": len(walk.turns)}
        observed, decided = here.observed, here.decided
        return {
            "run": self._run, "position": walk.position, "of": len(walk.turns),
            "observed": {"address": self._places[observed.seq], **entry_data(observed)},
            "decided": [{"address": self._places[entry.seq], **entry_data(entry)} for entry in decided],
            "sentences": [explain(entry.event) for entry in (observed, *decided)],
            "agrees": walk.divergence is None, "status": walk.interpreter.summary().status,
        }  # fmt: skip

    def _text(self) -> str:
        walk, here = self._walk, self._walk.here
        if here is None:
            return "the journal is empty"
        observed, decided = here.observed, here.decided
        head = f"{times.offset(observed.at - self._began)}  observation {walk.position} of {len(walk.turns)}"
        lines = [self._out.paint(f"entry {observed.seq}  {head}", "bold"), f"  came in  {self._line(observed)}"]
        lines += [f"  decided  {self._line(entry)}" for entry in decided] or ["  decided  nothing"]
        if walk.divergence is not None:
            lines += divergence_lines(walk.divergence)
        return "\n".join([*lines, f"  then it is {walk.interpreter.summary().status}"])

    def _line(self, entry: Entry) -> str:
        place = self._places[entry.seq]
        return f"{entry.seq}  {f'{plain(place)}  ' if place else ''}{plain(explain(entry.event))}"

    def _say(self, data: Callable[[], object], text: Callable[[], str]) -> None:
        self._out.show(data, text)

    _COMMANDS: Final[dict[str, Callable[[_Walker, str], None]]] = {
        "n": _next, "next": _next, "p": _back, "back": _back, "g": _go, "go": _go, "f": _facts, "facts": _facts,
        "s": _frames, "steps": _frames, "w": _why, "why": _why, "h": _help, "help": _help,
    }  # fmt: skip


def _listed(lines: list[str], none: str) -> str:
    return "\n".join(f"  {line}" for line in lines or [none])


def _read_data(read: Read) -> dict[str, object]:
    return {"name": read.name, "value": read.value, "labels": list(read.labels), "confidence": read.confidence}


def _read_line(read: Read) -> str:
    about = [*read.labels, *([f"confidence {read.confidence:g}"] if read.confidence is not None else [])]
    said = f"  ({', '.join(about)})" if about else ""
    return f"{plain(read.name)} = {compact(read.value)}{said}"
