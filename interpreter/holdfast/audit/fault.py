"""What an audit found wrong: where, what should be there, what is, what that means and what is to be done."""

from __future__ import annotations

from typing import Final

from holdfast.values import value


@value
class Fault:
    """One thing in a store that is not as it was written.

    Args:
        kind: one of `MEANING`.
        run: whose; empty: no run's alone.
        seq: the entry, from 1; None: it is about no entry.
        what: the row it is about, where it is about one beside the journal: its table and name.
        expected: what should be there, in words.
        found: what is.
    """

    kind: str
    run: str = ""
    seq: int | None = None
    what: str = ""
    expected: str = ""
    found: str = ""

    def to_data(self) -> dict[str, object]:
        """For a program."""
        means, todo = MEANING[self.kind]
        return {
            "kind": self.kind, "run": self.run, "seq": self.seq, "what": self.what, "expected": self.expected,
            "found": self.found, "means": means, "todo": todo,
        }  # fmt: skip


_KEEP: Final = (
    "stop the workers, keep a copy of the file as it is, restore the store from a backup, and compare the two"
)

MEANING: Final[dict[str, tuple[str, str]]] = {
    "changed": ("somebody or something changed this entry, or its place, after it was written", _KEEP),
    "missing": ("entries were removed", _KEEP),
    "moved": ("entries were put in another order, or one was put between them", _KEEP),
    "unkeyed": (
        "this entry was written by somebody who does not have the key",
        f"find out who can write to the file; {_KEEP}",
    ),
    "other_key": (
        "the journal was sealed under a key that is not configured here, or all of it was made anew by somebody else",
        "configure the key it was written under (`[audit] key`, or `old_keys` after a change of keys) and verify again",
    ),
    "cut_off": ("the end of the journal was removed", _KEEP),
    "too_long": ("entries were put behind the end of the journal", _KEEP),
    "unsealed": ("somebody without the key wrote where the journal ends", _KEEP),
    "unreadable": ("this entry follows the chain, and this program cannot read it", "use the Holdfast that wrote it"),
    "no_run": ("a run was removed from the list of runs, or a journal was slipped in", _KEEP),
    "erased_otherwise": (
        "text was erased otherwise than by Holdfast, or what stands in its place was changed",
        _KEEP,
    ),
    "blob_missing": ("a large value that an entry or a row names was removed", _KEEP),
    "blob_changed": ("a large value was changed after it was written", _KEEP),
    "plan_changed": ("the text of a plan was changed or removed: what the run was to do cannot be told", _KEEP),
    "row_differs": (
        "a list beside the journal was changed after it was written; the journal itself is what it was",
        "keep a copy, then make the lists anew from the journals: `holdfast rebuild`",
    ),
    "slipped_in": (
        "somebody who does not have the key put a message into the inbox of a run; no run takes it",
        "find out who can write to the file, then take it out: `holdfast rebuild`",
    ),
    "anchor_missing": ("a run of which an anchor was taken is not in the store any more", _KEEP),
    "anchor_cut_off": ("the journal is shorter than it was when the anchor was taken", _KEEP),
    "anchor_differs": ("what stood in the journal when the anchor was taken was replaced since then", _KEEP),
    "anchor_forged": (
        "the anchor was not sealed with a key that is configured here, so it says nothing",
        "use the anchors as they were exported, or configure the key of that time under `[audit] old_keys`",
    ),
    "file": ("the file is damaged below what Holdfast writes", _KEEP),
}
"""By kind: what it means, and what to do."""
