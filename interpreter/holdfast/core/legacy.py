"""What a child run leaves to the one that comes after it at the same plan step, so that this goes on where it ended.

Theory: a plan step that is tried again is a block that is tried again (11-hard-cases 13): what was written, answered
and approved in it stands, reads run anew. Between two children there is only their parent, so what the first one knows
of its writes and its people goes up with its end and down with the request of the next; the parent looks into it only
where an effect is undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from holdfast.core.failure import Failure
from holdfast.core.keys import child, is_below
from holdfast.core.lineage import Undoable
from holdfast.values import value


@value
class Kept:
    """What a step gave that is not done again: a write that took place, an answer.

    Args:
        address: of the step, in the child.
        output: what it gave.
        asked: digest of the question, of an answer; else empty.
        labels, confidence, reads: where it comes from, in a run that records that.
    """

    address: str
    output: object = None
    asked: str = ""
    labels: tuple[str, ...] = ()
    confidence: float | None = None
    reads: tuple[str, ...] = ()


@value
class Stuck:
    """A write that took place and whose step failed."""

    address: str
    error: Failure


@value
class Meant:
    """What a write was meant with, at which revision; `args` are null once it was undone."""

    address: str
    args: object = None
    revision: int = 1


@value
class Approved:
    """An approval: of which trigger, guard or rule (`mark`), bound to which call, until when (None: for ever)."""

    address: str
    mark: int | str
    digest: str
    until: float | None = None


@value
class Legacy:
    """All of it. Addresses are the child's own.

    Args:
        kept, stuck, meant, approved: see there.
        facts: what people said that facts are.
        effects: what stands and can be undone; only on the way down, they go up beside this.
        below: what its own children left.
        doubtful: its inputs were others, because something was corrected: an answer holds for the same question only.
    """

    kept: tuple[Kept, ...] = ()
    stuck: tuple[Stuck, ...] = ()
    meant: tuple[Meant, ...] = ()
    approved: tuple[Approved, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    effects: tuple[Undoable, ...] = ()
    below: tuple[Estate, ...] = ()
    doubtful: bool = False

    def without(self, address: str) -> Legacy:
        """The same once what was written at and below this address has been undone."""
        return replace(
            self,
            kept=tuple(one for one in self.kept if not (is_below(one.address, address) or _around(one, address))),
            stuck=tuple(one for one in self.stuck if not is_below(one.address, address)),
            meant=tuple(replace(one, args=None) if is_below(one.address, address) else one for one in self.meant),
            approved=tuple(one for one in self.approved if not is_below(one.address, address)),
            below=tuple(one.without(address) for one in self.below),
        )

    def doubted(self) -> Legacy:
        """The same for a child whose inputs are others: of what was kept, answers to the same questions remain."""
        kept = tuple(one for one in self.kept if one.asked)
        below = tuple(replace(one, legacy=one.legacy.doubted()) for one in self.below)
        return replace(self, kept=kept, stuck=(), approved=(), below=below, doubtful=True)

    def standing(self) -> Iterator[str]:
        """The addresses of writes that took place and were not undone."""
        stands = {one.address for one in self.kept} | {one.address for one in self.stuck}
        yield from (one.address for one in self.meant if one.address in stands)
        for estate in self.below:
            yield from (child(estate.address, address) for address in estate.legacy.standing())


def _around(kept: Kept, address: str) -> bool:
    return is_below(address, kept.address)


@value
class Estate:
    """What the children of one plan step left."""

    address: str
    legacy: Legacy

    def without(self, address: str) -> Estate:
        """See `Legacy.without`; the address is of the run whose step it is."""
        if is_below(self.address, address):
            return replace(self, legacy=self.legacy.without(""))
        if is_below(address, self.address):
            return replace(self, legacy=self.legacy.without(address[len(self.address) + 1 :]))
        return self
