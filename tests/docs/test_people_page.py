"""The page about people tells the truth: its policy and its configuration are read, every key is explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast.config import load_config
from holdfast.people.policy.lint import lint_policy
from holdfast.people.policy.load import is_policy, read_book
from holdfast.people.policy.model import PolicyModel, QueueModel, RuleModel
from holdfast.plan.source import read

PAGE = (Path(__file__).parents[2] / "docs" / "people.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    """The examples in one language."""
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", blocks("yaml"))
def test_every_policy_is_one_and_clean(example: str) -> None:
    """Neither an error nor a warning."""
    document = read(example, "policy.yaml")
    assert is_policy(document)
    assert [] == list(lint_policy(document))
    assert {"board", "finance", "operations", "requester"} == set(read_book(example).queues)


def test_the_configuration_is_read(tmp_path: Path) -> None:
    """As it stands."""
    (tmp_path / "holdfast.toml").write_text("\n".join(blocks("toml")))
    config = load_config(tmp_path / "holdfast.toml")
    assert (str(tmp_path / "policy.yaml"), "mail.example.org") == (config.policy, config.mail and config.mail.host)


def test_every_key_is_in_a_table() -> None:
    """Of rules, queues and the file."""
    keys = {name for model in (RuleModel, QueueModel, PolicyModel) for name in model.model_fields}
    assert set() == {key for key in keys if not re.search(rf"`{key}`|^{key}:", PAGE, flags=re.MULTILINE)}
