"""The policy file while it is in use: changes are taken up, a broken file changes nothing and is complained about."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.errors import PolicyError
from holdfast.people.office import Office

pytestmark = pytest.mark.anyio

FIRST = "rules:\n  - {name: big, when: amount > 500, to: finance, timeout: 1h}\n"


def write(path: Path, text: str | None) -> None:
    """Give the file this text, or take it away."""
    if text is None:
        path.unlink()
    else:
        path.write_text(text)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A policy with one rule."""
    path = tmp_path / "policy.yaml"
    path.write_text(FIRST)
    return path


async def test_a_changed_policy_is_told_to_runs(file: Path) -> None:
    """Once, when the file has changed; a change that decides nothing is taken up without a word."""
    said, told = list[str](), list[float | None]()
    office = Office(str(file), said.append)
    office.tell = lambda policy: told.append(policy.rules[0].timeout)
    assert not await office.look()
    write(file, FIRST.replace("1h", "2h"))
    assert [True, False] == [await office.look(), await office.look()]
    assert ([7200.0], 1) == (told, len(said))
    write(file, FIRST.replace("1h", "2h") + "queues: {finance: {members: [ana]}}\n")
    assert await office.look()
    assert (frozenset({"ana"}), 1) == (office.book.queues["finance"].members, len(said))


async def test_a_policy_broken_while_running_leaves_the_old_one_loudly(file: Path) -> None:
    """The complaint shows the line; the rule before stays; a mended file is taken up and said so."""
    said = list[str]()
    office = Office(str(file), said.append)
    before = office.book
    write(file, FIRST.replace("amount", "amuont"))
    assert not await office.look()
    assert before is office.book
    assert "the one before stays in force" in said[0]
    assert f"{file}:2:23: error HF102: `amuont` is not defined here:" in said[0]
    assert "did you mean `amount`?" in said[0]
    assert not await office.look()
    write(file, None)
    assert not await office.look()
    assert ("there is no policy" in said[1], before) == (True, office.book)
    write(file, FIRST)
    assert await office.look()
    assert ["was read anew" in said[2], 3] == [True, len(said)]


async def test_a_policy_broken_from_the_beginning_keeps_all_from_starting(file: Path) -> None:
    """Nobody runs anything under a policy that nobody can read."""
    write(file, "rules: 3")
    with pytest.raises(PolicyError, match="`rules` must be a list"):
        Office(str(file), print)
