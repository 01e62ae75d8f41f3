"""Python's garbage collector rests while a journal is read and folded, and goes on afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from threading import Barrier, Thread

import pytest

from holdfast.errors import StoreError
from holdfast.uncollected import uncollected


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    """The collector is at work before, and whatever a test does, afterwards."""
    gc.enable()
    yield
    gc.enable()


def test_the_collector_rests_in_the_block_and_works_after_it() -> None:
    """That is what the block is for."""
    with uncollected():
        inside = gc.isenabled()
    assert (False, True) == (inside, gc.isenabled())


def test_the_collector_works_again_after_a_block_that_raises() -> None:
    """A journal that cannot be read must not cost the process its collector."""
    with pytest.raises(StoreError), uncollected():
        raise StoreError("broken")
    assert gc.isenabled()


def test_a_collector_that_was_off_before_stays_off() -> None:
    """Whoever turned it off has a reason."""
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()


def test_blocks_that_overlap_give_the_collector_back_with_the_last() -> None:
    """A reading thread is still inside when the fold of another run is over."""
    entered, leave = Barrier(2), Barrier(2)

    def read() -> None:
        with uncollected():
            entered.wait()
            leave.wait()

    reader = Thread(target=read)
    with uncollected():
        reader.start()
        entered.wait()
    while_one_reads = gc.isenabled()
    leave.wait()
    reader.join()
    assert (False, True) == (while_one_reads, gc.isenabled())
