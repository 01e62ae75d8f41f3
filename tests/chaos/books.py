"""What was promised in a world: appends and answers that were acknowledged, and who owns which run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.core.events import Event
from holdfast.journal.store import LIVE, Append

if TYPE_CHECKING:
    from tests.chaos.process import Process
    from tests.chaos.world import World


class Books:
    """Kept by the world, not by any process.

    Args:
        world: whose.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.owner: dict[str, Process | None] = {}
        self.appends: list[tuple[str, int, list[Event]]] = []
        self.answers: dict[str, list[tuple[str, object, str]]] = {}
        self.came: list[bytes] = []
        """What was committed to inboxes, as bytes."""

    # --- owners ----------------------------------------------------------------------------------------------------

    def gone(self, process: Process) -> None:
        """It owns nothing any more."""
        for run, owner in self.owner.items():
            if owner is process:
                self.owner[run] = None

    def released(self, run: str) -> None:
        """From the moment it is asked for, somebody else may have it."""
        self.owner[run] = None

    def _took(self, process: Process, run: str) -> None:
        if self._world.truth.statuses().get(run) not in LIVE:
            return  # what is over has no owner
        before = self.owner.get(run)
        self.owner[run] = process
        if before in (None, process) or before.gone or before.lost_lease or self._world.leases:
            return
        self._world.break_law("owner", f"{process.name} took {run}, and {before.name} lives and has it")

    # --- copies ----------------------------------------------------------------------------------------------------

    def copied(self) -> tuple[int, dict[str, list[tuple[str, object, str]]]]:
        """What a copy of this moment has to hold."""
        return len(self.appends), {review: list(said) for review, said in self.answers.items()}

    def put_back(self, copied: tuple[int, dict[str, list[tuple[str, object, str]]]]) -> None:
        """What came after the copy was promised of a store that is gone."""
        count, self.answers = copied
        del self.appends[count:]

    # --- what was acknowledged -------------------------------------------------------------------------------------

    def tried(self, append: Append) -> None:
        """An append is under way."""
        if append.summary is not None and append.summary.status not in LIVE:
            self.owner[append.run] = None

    def acknowledged(self, process: Process, name: str, args: Any, result: Any) -> None:
        """The store has said yes."""
        match name:
            case "append":
                self.appends.append((args[0].run, args[0].after, list(args[0].events)))
            case "create":
                row, fresh = result
                if fresh:
                    self.appends.append((row.run, 0, list(args[1])))
                    if args[0].owner:
                        self._took(process, row.run)
            case "acquire" if result:
                self._took(process, args[0])
            case "answer":
                self.answers.setdefault(args[0], []).append((args[1].decision, args[1].value, args[1].by))
