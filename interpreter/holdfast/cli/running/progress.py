"""A run as it happens: a line per decision that matters, on standard error."""

from __future__ import annotations

from typing import Final

from holdfast.afterwards.trace import Trace
from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import Output, plain
from holdfast.cli.terminal.table import clip
from holdfast.core import events as e
from holdfast.core.explain import explain
from holdfast.core.keys import child

_COLOURS: Final[dict[type, str]] = {
    e.CallIntended: "",
    e.ChildIntended: "",
    e.ChildFinished: "cyan",
    e.CallReused: "cyan",
    e.CallFailed: "yellow",
    e.CallReconciled: "cyan",
    e.CheckIntended: "yellow",
    e.SettlingPlanned: "yellow",
    e.EffectRuledOut: "yellow",
    e.EffectConfirmed: "cyan",
    e.TryFailed: "yellow",
    e.CancelDecided: "yellow",
    e.CompensationIntended: "yellow",
    e.RetryPlanned: "yellow",
    e.FallbackTaken: "yellow",
    e.StepSucceeded: "green",
    e.StepFailed: "red",
    e.StepSkipped: "dim",
    e.ReviewRequested: "cyan",
    e.ReviewSettled: "cyan",
    e.SignalReceived: "cyan",
    e.WaitStarted: "dim",
    e.EventTaken: "cyan",
    e.WorkerTookOver: "yellow",
    e.UndoStarted: "yellow",
    e.UndoSettled: "yellow",
}
"""What is shown while a run goes on, and how; everything else is in `holdfast show` and `holdfast events`."""


class Progress:
    """Says what a run does, entry by entry.

    Args:
        out: where it is said.
        above: the progress of the run that waits for it.
        address: of the step there that does.
    """

    def __init__(self, out: Output, above: Progress | None = None, address: str = "") -> None:
        self._out, self._above, self._address = out, above, address
        self._trace = Trace()
        self.depth: int = 0 if above is None else above.depth + 1

    def below(self, address: str) -> Progress:
        """That of the child run for which the step at an address waits."""
        return Progress(self._out, self, self._full(address))

    def past(self, entry: e.Entry) -> str:
        """Take in an entry that was there before this process sat down with the run; nothing is said."""
        return self._trace.place(entry)

    def show(self, entry: e.Entry) -> str:
        """Say what an entry means, if it matters while the run goes on; gives the address of its step."""
        address = self._trace.place(entry)
        event = entry.event
        if type(event) not in _COLOURS or self._silent(event, address):
            return address
        since = times.offset(entry.at - (self.began or entry.at))
        full = plain(self._full(address)) + self._trace.revision(address)
        line = f"{since:>8}  {'  ' * self.depth}{full}{'  ' if full else ''}{self._words(event, address)}"
        self._out.note(self._out.paint_note(clip(" ".join(line.splitlines()), _WIDTH), _COLOURS[type(event)] or "bold"))
        return address

    @property
    def began(self) -> float | None:
        """When the run at the top was asked for."""
        return self._trace.began if self._above is None else self._above.began

    def _full(self, address: str) -> str:
        """An address from the run at the top on."""
        return child(self._address, address) if address else self._address

    def _words(self, event: e.Event, address: str) -> str:
        took = self._trace.took(address)
        if isinstance(event, e.StepSucceeded) and not event.via and took is not None:
            return plain(explain(event)) + f" in {times.duration(took)}"
        return plain(explain(event))

    def _silent(self, event: e.Event, address: str) -> bool:
        """A part that only holds others ends with them; the end of the run itself is said by its result."""
        if isinstance(event, e.StepSucceeded):
            says = event.via or not isinstance(event.output, e.Unset) or self._trace.took(address) is not None
            return not address or not says
        return not address and isinstance(event, e.StepFailed)


_WIDTH: Final = 200
