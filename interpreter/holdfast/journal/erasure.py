"""Erasing what a run was given, did and was told, so that what it did can still be proven.

Rules of the file:
- The hash of each append's bytes stays in the chain, so every digest, head and seal from before stays good.
- What stands there instead is covered by the digest in the last entry, `DataErased`, which nobody can write without the
  key; so nobody can erase history into something else.
- Everything changes in one transaction, or nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from holdfast.core.events import DataErased, Entry
from holdfast.errors import InputError, StoreError
from holdfast.journal import codec
from holdfast.journal.digest import Chain, ErasedDigest, StoredAppend, readable
from holdfast.journal.keeping import Erasing
from holdfast.journal.redaction import blank, redacted
from holdfast.journal.store import LIVE, EffectRow, RunRow
from holdfast.values import value

PLAN_ERASED: Final = "# erased"
"""Stands for the text of a plan that was made in a run whose values are erased. Nothing can be decided by it again."""


@value
class Rewritten:
    """A journal after an erasure.

    `changed`: the appends that stand otherwise now. `added`: the entry that says so. `large`: hashes of the large
    values that what was erased named.
    """

    changed: Sequence[StoredAppend]
    added: StoredAppend
    large: frozenset[bytes]


def rewritten(
    run: str, stored: Iterable[StoredAppend], chain: Chain, blobs: codec.Blobs, erasing: Erasing
) -> Rewritten | None:
    """A run's journal without its values; None: it has none any more. Raises StoreError: it is broken."""
    previous, seq = chain.start(run), 0
    digest, changed = ErasedDigest(), list[StoredAppend]()
    large: set[bytes] = set()
    for append in stored:
        own = _own_chain(chain, run, previous, append)
        version, body = readable(append.version, append.body)
        events = codec.decode(body, blobs, version)
        made = [redacted(event) for event in events]
        kept = body if made == events else codec.encode(made).body
        inner = append.body[: len(append.body) - len(body)] if append.erased else own.inner(append.body)
        if append.erased or kept != body:
            digest.add(append.seq, kept)
        if kept != body:
            large |= named(body)
            changed.append(append._replace(version=-version, body=inner + kept))
        previous, seq = append.digest, append.seq + len(events) - 1
    if not changed:
        return None
    body = codec.encode([DataErased(by=erasing.by, reason=erasing.reason, digest=digest.hex())]).body
    link = chain.link(previous, codec.VERSION, seq + 1, erasing.at, body)
    added = StoredAppend(codec.VERSION, seq + 1, erasing.at, body, link)
    return Rewritten(changed=changed, added=added, large=frozenset(large))


def _own_chain(chain: Chain, run: str, previous: bytes, append: StoredAppend) -> Chain:
    """The key under which an append was written."""
    for own in chain.each():
        if own.follows(previous, append):
            return own
    raise StoreError(
        f"the journal of run {run} is broken at entry {append.seq}, or the configured key is another: nothing is "
        "erased; `holdfast audit verify` says more"
    )


def named(body: bytes) -> set[bytes]:
    """The large values that an append names."""
    return {bytes.fromhex(ref) for _, _, *refs in json.loads(body) for large in refs for ref in large.values()}


# --- The rows beside the journal --------------------------------------------------------------------------------------


def brief(result: Mapping[str, Any] | None, erasing: Erasing) -> dict[str, Any]:
    """What a run's row still says of its end."""
    data = dict(result or {})
    for name in ("output", "notes"):
        if name in data:
            data[name] = blank(data[name])
    if isinstance(data.get("error"), Mapping):
        data["error"] = {name: one if name in _ERROR else blank(one) for name, one in data["error"].items()}
    return {**data, "erased": {"at": erasing.at, "by": erasing.by, "reason": erasing.reason}}


_ERROR: Final = frozenset({"code", "happened", "retry_after", "address", "reached"})


def refuse(rows: Sequence[RunRow], forks: Sequence[str], effects: Sequence[EffectRow]) -> None:
    """Refuse what must not be erased yet.

    Args:
        rows: of the run and of all runs below it.
        forks: runs outside of them that hold a copy of the history of one of them.
        effects: of them that are not settled.

    Raises InputError.
    """
    top = rows[0]
    if top.parent:
        raise InputError(f"run {top.run} is a part of run {top.parent}: erase that one, which takes its parts along")
    for row in rows:
        if row.status in LIVE:
            raise InputError(
                f"run {row.run} is not over ({row.status}): its values are still needed\n"
                f"  = help: let it end, or `holdfast cancel {top.run}`, then erase it"
            )
    if forks:
        raise InputError(
            f"run {top.run} was forked, and a copy of its history is in {', '.join(forks[:3])}: erase "
            f"{'those' if len(forks) > 1 else 'that one'} as well, in the same command"
        )
    for effect in effects:
        raise InputError(
            f"nobody knows yet what became of {effect.tool} {effect.key} of run {effect.run}: its arguments are needed "
            f"to find out\n  = help: `holdfast effects resolve {effect.tool} {effect.key} --state succeeded|failed`"
        )


def last_erasure(entries: Iterable[Entry]) -> tuple[float, DataErased] | None:
    """When and by whom a run's values were erased last; None: they are there."""
    found: tuple[float, DataErased] | None = None
    for entry in entries:
        if isinstance(entry.event, DataErased):
            found = entry.at, entry.event
    return found


def need_values(run: str, entries: Iterable[Entry]) -> None:
    """Refuse what cannot be done with a run whose values are erased. Raises InputError."""
    if (found := last_erasure(entries)) is not None:
        raise InputError(
            f"the values of run {run} were {erased_text(found[0], found[1].by)}: nothing is left to decide by"
        )


def erased_text(at: float, by: str) -> str:
    """When and by whom something was erased."""
    from datetime import UTC, datetime  # only for people

    return f"erased on {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC by {by or 'an operator'}"
