"""The chain: what it notices, with and without a key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.events import TimerFired
from holdfast.errors import StoreError
from holdfast.journal import codec
from holdfast.journal.digest import SIZE, Chain, ErasedDigest, StoredAppend, Verified


def journal(chain: Chain, count: int = 4) -> list[StoredAppend]:
    """Appends of two entries each."""
    stored: list[StoredAppend] = []
    previous = chain.start("r1")
    for number in range(count):
        body = codec.encode([TimerFired(timer=f"a{number}"), TimerFired(timer=f"b{number}")]).body
        previous = chain.link(previous, 1, 2 * number + 1, float(number), body)
        stored.append(StoredAppend(1, 2 * number + 1, float(number), body, previous))
    return stored


def read(
    stored: list[StoredAppend],
    chain: Chain,
    run: str = "r1",
    head: bytes | None = None,
    last: int = 8,
    seal: bytes | None = None,
) -> int:
    """How many entries verify."""
    verified = Verified(run, chain, chain.start(run))
    entries = list(verified.entries(stored, lambda _: None))
    head = stored[-1].digest if head is None else head
    verified.ends(last, head, chain.seal(last, head) if seal is None else seal)
    return len(entries)


@pytest.mark.parametrize("key", [None, b"k", b"k" * 100])
def test_an_untouched_journal_verifies(key: bytes | None) -> None:
    """With a key of any length, or none; digests are short."""
    stored = journal(Chain.keyed(key))

    assert read(stored, Chain.keyed(key)) == 8
    assert {len(append.digest) for append in stored} == {SIZE}


@given(place=st.integers(0, 3), bit=st.integers(0, 10_000))
def test_any_changed_bit_is_noticed(place: int, bit: int) -> None:
    """In the bytes of any append."""
    stored = journal(Chain())
    body = bytearray(stored[place].body)
    body[bit // 8 % len(body)] ^= 1 << bit % 8
    stored[place] = stored[place]._replace(body=bytes(body))

    with pytest.raises(StoreError, match=f"broken: entry {2 * place + 1} is not what was written"):
        read(stored, Chain())


@pytest.mark.parametrize("change", [{"at": 9.0}, {"version": 2}, {"digest": b"x" * SIZE}])
def test_a_changed_time_format_or_digest_is_noticed(change: dict[str, object]) -> None:
    """They are covered like the bytes."""
    stored = journal(Chain())
    stored[2] = stored[2]._replace(**change)  # type: ignore[arg-type]

    with pytest.raises(StoreError, match="entry 5 is not what was written"):
        read(stored, Chain())


def test_a_removed_reordered_or_repeated_append_is_noticed() -> None:
    """The message says where."""
    a, b, c, d = journal(Chain())

    for wrong, says in (
        ([a, c, d], "after entry 2 comes entry 5"),
        ([a, c, b, d], "after entry 2 comes entry 5"),
        ([a, b, b, c, d], "after entry 4 comes entry 3"),
        ([b, c, d], "after entry 0 comes entry 3"),
        ([a, b._replace(seq=5), c._replace(seq=3), d], "after entry 2 comes entry 5"),
    ):
        with pytest.raises(StoreError, match=says):
            read(wrong, Chain())


def test_a_missing_end_is_noticed() -> None:
    """The run's row says where the journal ends."""
    stored = journal(Chain())

    with pytest.raises(StoreError, match="it ends at entry 6, where 8 were written"):
        read(stored[:3], Chain())
    with pytest.raises(StoreError, match="its last digest is not the one written in the run's row"):
        read(stored, Chain(), head=b"x" * SIZE)


def test_a_journal_does_not_pass_for_another_runs() -> None:
    """The chain starts with the run's id."""
    with pytest.raises(StoreError, match="run r2 is broken: entry 1 is not"):
        read(journal(Chain()), Chain(), run="r2")


def test_another_key_does_not_verify() -> None:
    """And the message says that it may be the key."""
    with pytest.raises(StoreError, match="or the configured digest key is another"):
        read(journal(Chain.keyed(b"one")), Chain.keyed(b"two"))


def test_an_end_that_was_not_sealed_is_noticed() -> None:
    """Who cuts a journal off can write the digest of its new end, but not seal it."""
    chain = Chain.keyed(b"key")
    stored = journal(chain)

    assert 6 == read(stored[:3], chain, last=6)
    for seal in (chain.seal(8, stored[3].digest), Chain().seal(6, stored[2].digest), b""):
        with pytest.raises(StoreError, match="ends at entry 6, and nothing is sealed there"):
            read(stored[:3], chain, last=6, seal=seal)


def test_older_keys_verify_and_newer_ones_take_over() -> None:
    """A journal may go on under a newer key, and never under an older one again."""
    old, new = Chain.keyed(b"old"), Chain.keyed(b"new", [b"old", b""])
    begun = journal(old, 2)
    body = codec.encode([TimerFired(timer="x"), TimerFired(timer="y")]).body
    went_on = StoredAppend(1, 5, 9.0, body, new.link(begun[-1].digest, 1, 5, 9.0, body))
    back = StoredAppend(1, 7, 9.0, body, old.link(went_on.digest, 1, 7, 9.0, body))

    assert 8 == read(journal(old), new, seal=old.seal(8, journal(old)[-1].digest))
    assert 8 == read(journal(Chain()), new)
    assert 6 == read([*begun, went_on], new, last=6)
    with pytest.raises(StoreError, match="entry 7 is not what was written"):
        read([*begun, went_on, back], new)


def test_an_erased_append_leaves_the_chain_as_it_was() -> None:
    """Its hash stays where its text was; what stands there now is read, and covered by a digest of its own."""
    chain = Chain.keyed(b"key")
    stored = journal(chain)
    left = codec.encode([TimerFired(timer="~"), TimerFired(timer="~")]).body
    stored[1] = stored[1]._replace(version=-1, body=chain.inner(stored[1].body) + left)

    verified = Verified("r1", chain, chain.start("r1"))
    timers = [entry.event.timer for entry in verified.entries(stored, lambda _: None)]  # type: ignore[union-attr]
    covered = ErasedDigest()
    covered.add(stored[1].seq, stored[1].content)

    assert ["a0", "b0", "~", "~", "a2", "b2", "a3", "b3"] == timers
    assert (True, left, False) == (stored[1].erased, stored[1].content, stored[0].erased)
    assert (1, 32) == (covered.count, len(covered.hex()))
