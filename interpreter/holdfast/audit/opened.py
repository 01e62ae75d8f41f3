"""One run out of a store's file, with all that belongs to it: for whoever tells about it afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.audit.fault import Fault
from holdfast.audit.verify import Verification
from holdfast.core.events import Entry
from holdfast.journal import codec
from holdfast.journal.digest import Chain, readable
from holdfast.journal.erasure import PLAN_ERASED
from holdfast.journal.sqlite import effects, reviews
from holdfast.journal.sqlite.raw import Raw, RawRun
from holdfast.journal.sqlite.runs import by_id
from holdfast.journal.store import EffectRow, ReviewRow, RunRow
from holdfast.plan.load import load_source
from holdfast.plan.program import Plan

MOST = 1_000_000
"""More rows than one run has."""


@dataclass(slots=True)
class Opened:
    """A run as it stands in a store.

    `plan`: None where it was made in a run and erased with it. `faults`: what an audit of it finds. `erased`: whether
    text in its journal is gone.
    """

    raw: RawRun
    row: RunRow
    plan: Plan | None
    entries: list[Entry]
    effects: list[EffectRow]
    reviews: list[ReviewRow]
    faults: list[Fault]
    keyed: bool
    erased: bool


def entries_of(raw: Raw, run: RawRun) -> list[Entry]:
    """A journal, whatever an audit of it finds, as far as it can be read. Raises StoreError."""
    found: list[Entry] = []
    for append in raw.appends(run.id):
        version, body = readable(append.version, append.body)
        events = codec.decode(body, raw.blob, version)
        found += [Entry(seq, append.at, event) for seq, event in enumerate(events, start=append.seq)]
    return found


def opened(raw: Raw, run: RawRun, chain: Chain, now: float) -> Opened:
    """A run with all that belongs to it. Raises StoreError, PlanError."""
    found = Verification(chain, now=now).some(raw, [run.run])
    file, source = raw.plan(run.plan_hash)
    return Opened(
        raw=run,
        row=by_id(raw.db, run.run),
        plan=None if source == PLAN_ERASED else load_source(source, file),
        entries=entries_of(raw, run),
        effects=list(reversed(effects.listed(raw.db, None, None, run.run, MOST))),
        reviews=reviews.of_run(raw.db, run.id),
        faults=[fault for fault in found.faults if fault.run == run.run],
        keyed=bool(chain.key),
        erased=any(append.erased for append in raw.appends(run.id)),
    )
