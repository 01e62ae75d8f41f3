"""A policy that was read once is kept beside the store, and is the same when it comes from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.errors import PolicyError
from holdfast.people.policy.load import load_book, read_book
from holdfast.plan.shelf import Shelf

PAGE = (Path(__file__).parents[2] / "docs" / "people.md").read_text(encoding="utf-8")
POLICY = PAGE.split("```yaml\n")[1].split("```")[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a policy, and a store's folder in it."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "store").mkdir()
    return tmp_path


def kept(folder: Path) -> list[Path]:
    """What lies on the shelf."""
    return list((folder / "store" / "compiled").glob("*"))


def test_it_is_the_same_policy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules, stages, limits, people and channels; the second time nothing is read anew."""
    path, shelf = folder / "policy.yaml", Shelf(folder / "store" / "compiled")
    expected = read_book(POLICY, str(path))
    assert expected == load_book(path, shelf)
    monkeypatch.setattr("holdfast.people.policy.load.read_book", None)
    assert expected == load_book(path, shelf)


def test_a_changed_policy_is_another_one(folder: Path) -> None:
    """What is kept goes by the text."""
    path, shelf = folder / "policy.yaml", Shelf(folder / "store" / "compiled")
    load_book(path, shelf)
    path.write_text(POLICY.replace("members: [dee, eve]", "members: [dee, eve, fay]"))
    assert frozenset({"dee", "eve", "fay"}) == load_book(path, shelf).queues["board"].members
    assert 2 == len(kept(folder))


@pytest.mark.parametrize("damage", [b"", b"rubbish", b"half"])
def test_a_damaged_file_is_made_anew(folder: Path, damage: bytes) -> None:
    """It counts for nothing."""
    path, shelf = folder / "policy.yaml", Shelf(folder / "store" / "compiled")
    expected = load_book(path, shelf)
    (file,) = kept(folder)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage == b"half" else damage)
    assert expected == load_book(path, shelf)
    assert whole == file.read_bytes()


def test_a_broken_policy_is_not_kept(folder: Path) -> None:
    """It is complained about each time."""
    path, shelf = folder / "policy.yaml", Shelf(folder / "store" / "compiled")
    for text in (b"rules: [{name: a}]", b"\xff"):
        path.write_bytes(text)
        for _ in range(2):
            with pytest.raises(PolicyError):
                load_book(path, shelf)
    assert [] == kept(folder)


def test_without_a_store_nothing_is_kept(tmp_path: Path) -> None:
    """Looking makes no folder."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    load_book(tmp_path / "policy.yaml", Shelf(tmp_path / ".holdfast" / "compiled"))
    assert ["policy.yaml"] == [path.name for path in tmp_path.iterdir()]
