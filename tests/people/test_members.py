"""Who may decide: a queue with members is theirs alone."""

from __future__ import annotations

from pathlib import Path

import pytest

import holdfast
from holdfast.errors import PolicyError, ReviewError

pytestmark = pytest.mark.anyio

PLAN = """
holdfast: 1
plan: pay
steps:
  - {id: agree, ask: {to: finance, question: Shall we?, options: [yes, no], timeout: 4h}}
output: "{{ steps.agree.output }}"
"""


def installation(folder: Path, policy: str) -> str:
    """The path of a configuration beside a policy and a plan."""
    (folder / "policy.yaml").write_text(policy)
    (folder / "pay.yaml").write_text(PLAN)
    (folder / "holdfast.toml").write_text('store = "memory:"\n')
    return str(folder / "holdfast.toml")


async def test_only_members_decide(tmp_path: Path) -> None:
    """A stranger is told who may, somebody without a name is asked for it, a member's word counts."""
    config = installation(tmp_path, "queues: {finance: {members: [ana, group:desk]}}\ngroups: {desk: [ben]}")
    async with holdfast.open(config=config) as hf:
        run = await hf.start(tmp_path / "pay.yaml", task="t", user="cy")
        await run.result()
        (row,) = await hf.reviews()
        assert [True, True, False] == [hf.may_decide(row, name) for name in ("ana", "ben", "cy")]
        with pytest.raises(ReviewError, match=r"`anna` is no member of `finance`: did you mean `ana`\?"):
            await hf.answer(row.review.id, "yes", by="anna")
        with pytest.raises(ReviewError, match=r"who decides for `finance`\?\n  = help: .* is decided by ana, ben"):
            await hf.answer(row.review.id, "yes")
        await hf.answer(row.review.id, "yes", by="ben")
        assert "yes" == (await run.wait()).output


@pytest.mark.parametrize("policy", ["queues: {finance: {}}", "queues: {law: {members: [ana]}}"])
async def test_a_queue_without_members_is_open(tmp_path: Path, policy: str) -> None:
    """Or one that the policy does not know."""
    async with holdfast.open(config=installation(tmp_path, policy)) as hf:
        run = await hf.start(tmp_path / "pay.yaml", task="t")
        await run.result()
        (row,) = await hf.reviews()
        await hf.answer(row.review.id, "no", by="anybody")
        assert "no" == (await run.wait()).output


async def test_nothing_opens_under_a_broken_policy(tmp_path: Path) -> None:
    """The error says where it is broken."""
    config = installation(tmp_path, "queues: {finance: {membrs: [ana]}}")
    with pytest.raises(PolicyError, match="`membrs`: did you mean `members`"):
        async with holdfast.open(config=config):
            pass
