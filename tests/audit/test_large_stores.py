"""Large stores: nothing of a chain is kept in memory, and several processes find what one finds."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest

from holdfast.audit import together
from holdfast.audit.chain import ChainScan
from holdfast.core.events import TimerFired
from holdfast.journal import codec
from holdfast.journal.digest import Chain, StoredAppend
from holdfast.journal.sqlite.raw import Raw, RawRun
from tests.audit.test_tampering import CHAIN, FIRST, change, faults, told
from tests.audit.worlds import fill

MANY = 20_000


def endless(chain: Chain, run: str) -> Iterator[StoredAppend]:
    """A long journal that is made while it is read."""
    digest, body = chain.start(run), codec.encode([TimerFired(timer="t")] * 3).body
    for number in range(MANY):
        digest = chain.link(digest, 1, 3 * number + 1, float(number), body)
        yield StoredAppend(1, 3 * number + 1, float(number), body, digest)


def test_a_long_journal_passes_by() -> None:
    """60,000 entries need no more memory than one."""
    chain = Chain.keyed(b"key")
    *_, last = endless(chain, "r")
    run = RawRun(1, "r", 3 * MANY, last.digest, chain.seal(3 * MANY, last.digest))
    scan = ChainScan(run, chain)
    tracemalloc.start()
    try:
        count = sum(1 for _ in scan.passing(endless(chain, "r")))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    scan.ends()

    assert (MANY, [], 3 * MANY) == (count, scan.faults, scan.seq)
    assert peak < 100_000


def test_faults_without_number_are_counted_and_not_kept() -> None:
    """Of one run some are told."""
    chain = Chain.keyed(b"key")
    scan = ChainScan(RawRun(1, "r", 3 * MANY, b"", chain.mark), chain)
    for _ in scan.passing(append._replace(body=b"[]") for append in endless(chain, "r")):
        pass

    assert 20 == len(scan.faults)
    assert MANY <= scan.more + len(scan.faults)


def test_several_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Families of runs are parted among them; what they find comes together, and so does how far they are."""
    path = fill(tmp_path)
    change(
        path, f"UPDATE journal SET at = at + 1 WHERE {FIRST} AND seq = 1", "UPDATE ledger SET state = 2 WHERE state = 1"
    )
    monkeypatch.setattr(together, "LARGE", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    heard: list[int] = []
    found = together.verify(str(path), CHAIN, {}, lambda entries, _of: heard.append(entries), 0.0)

    assert sorted(told(faults(path)), key=str) == sorted(told(found.faults), key=str)
    assert (11, True) == (found.runs, len(found.faults) > 3)
    with Raw(str(path)) as raw:
        own = [run for run in raw.runs() if crc32(raw.family(run).encode()) % 3 == 0]
    assert bool(own) == bool(heard)  # ids are drawn: there may be no run in its part
