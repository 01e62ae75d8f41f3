"""Results that come later, through a real store, an engine and processes."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

import holdfast
from holdfast import Context, Outcome, Pending, tool
from holdfast.core.events import CallbackIssued, CallIntended
from holdfast.errors import CallbackError, InputError, UnknownName
from tests.engine.world import STORES, elsewhere, journal, plan, session

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("kind", STORES)]

STEPS = """
steps:
  - {id: build, tool: report.build, deferred: {timeout: 1h}}
output: "{{ steps.build.output }}"
"""


def builder(tokens: list[str], *, plain: bool = False) -> object:
    """A tool that hands its token to the other side, and returns at once."""
    if plain:

        @tool("report.build", effect="write", idempotency="key")
        def build_now(ctx: Context) -> Outcome[int]:
            tokens.append(ctx.callback_now())
            return Outcome(deferred=True)

        return build_now

    @tool("report.build", effect="write", idempotency="key")
    async def build(ctx: Context) -> Outcome[int]:
        tokens.append(await ctx.callback())
        return Outcome(deferred="2h")

    return build


@pytest.mark.parametrize("plain", [False, True])
async def test_the_token_gives_the_result_once(kind: str, plain: bool, tmp_path: Path) -> None:
    """The same again is accepted as one; another one is not, nor is a token that nobody made."""
    tokens: list[str] = []
    async with session(kind, tmp_path, builder(tokens, plain=plain)) as hf:
        run = await hf.start(plan(STEPS))
        parked = await run.result()
        assert ("waiting", "completion") == (parked.status, parked.waiting[0]["for"])
        with pytest.raises(InputError, match="must be integer"):
            await hf.complete(tokens[0], "seven")
        with pytest.raises(InputError, match="did you mean `unavailable`"):
            await hf.complete(tokens[0], error="unavailble")
        with pytest.raises(UnknownName, match="callback token"):
            await hf.complete(tokens[0] + "x", 7)
        assert run.id == await hf.complete(tokens[0], 7, by="ana")
        assert run.id == await hf.complete(tokens[0], 7, by="ana")
        with pytest.raises(CallbackError, match="was used"):
            await hf.complete(tokens[0], 8, by="ana")
        with anyio.fail_after(5):
            assert 7 == (await run.wait()).output
        text = "".join(str(entry.event) for entry in await journal(run))
        assert tokens[0] not in text


async def test_a_token_of_a_step_that_waits_no_more_has_expired(kind: str, tmp_path: Path) -> None:
    """It was cancelled, or its result came another way: a person gave it."""
    tokens: list[str] = []
    async with session(kind, tmp_path, builder(tokens)) as hf:
        run = await hf.start(plan(STEPS))
        await run.result()
        with pytest.raises(InputError, match="did you mean `build`"):
            await hf.complete_step(run.id, "buidl", 7)
        await hf.complete_step(run.id, "build", 7, by="ana")
        with anyio.fail_after(5):
            assert "succeeded" == (await run.wait()).status
        with pytest.raises(CallbackError, match="has expired"):
            await hf.complete(tokens[0], 7)


async def test_a_token_survives_a_kill_between_the_call_and_its_record(kind: str, tmp_path: Path) -> None:
    """The process dies right after it gave the token away: the result finds its run all the same."""
    if kind == "memory":
        return
    script = """
        import os, signal, holdfast
        from holdfast import Context, tool
        from tests.engine.test_engine_deferred import STEPS
        from tests.engine.world import plan
        async def main(folder):
            @tool("report.build", effect="write", idempotency="none")
            async def build(ctx: Context) -> int:
                with open(f"{folder}/token", "w") as file:
                    file.write(await ctx.callback())
                os.kill(os.getpid(), signal.SIGKILL)
            async with holdfast.open(f"sqlite:{folder}/runs.db", tools=[build]) as hf:
                await (await hf.start(plan(STEPS), task="t")).result()
    """
    process = elsewhere(script, tmp_path)
    await anyio.to_thread.run_sync(process.communicate)
    token = (tmp_path / "token").read_text()

    @tool("report.build", effect="write", idempotency="none")
    async def build() -> int:
        raise AssertionError

    async with session(kind, tmp_path, build) as hf:
        run = await hf.start(plan(STEPS), task="t")
        assert "review" == (await run.result()).waiting[0]["for"]
        await hf.complete(token, 7)
        with anyio.fail_after(5):
            assert 7 == (await run.wait()).output
        events = [entry.event for entry in await journal(run)]
        kinds = [type(event) for event in events]
        assert (1, 1) == (kinds.count(CallbackIssued), kinds.count(CallIntended))


async def test_what_stands_beside_a_value_reaches_the_plan(kind: str, tmp_path: Path) -> None:
    """Partial results, facts that changed, and what confirms the effect."""

    @tool("hotel.book", effect="write", idempotency="key")
    async def book() -> Outcome[str]:
        confirmed = Pending(tool="hotel.seen", arguments={"of": 7}, when="result == 'yes'", every="10ms", timeout="20s")
        return Outcome("B1", partial=["breakfast"], side_effects={"rooms": 3}, pending=confirmed)

    looks: list[int] = []

    @tool("hotel.seen", effect="read")
    async def seen(of: int) -> str:
        looks.append(of)
        return "yes" if len(looks) > 2 else "no"

    text = """
    steps:
      - {id: before, set: {rooms: 4}}
      - {id: book, tool: hotel.book}
    output: {missing: "{{ steps.book.partial }}", rooms: "{{ facts.rooms }}", status: "{{ steps.book.status }}"}
    """
    async with session(kind, tmp_path, book, seen) as hf:
        result = await (await hf.start(plan(text))).wait()
    assert {"missing": ["breakfast"], "rooms": 3, "status": "pending"} == result.output
    assert ("succeeded", [7, 7, 7]) == (result.status, looks)


async def test_what_an_outcome_says_is_checked(kind: str, tmp_path: Path) -> None:
    """It did happen, and what the tool says of it cannot be used: a person is asked."""
    for wrong in (
        Outcome(1, pending=Pending()), Outcome(1, pending=Pending(tool="t", event="e")), Outcome(1, deferred="soon"),
        Outcome(1, pending=Pending(tool="t", when="1 +")), Outcome(1, pending=Pending(event="e", every="often")),
        Outcome(1, side_effects={"x": {1, 2}}), Outcome(1, partial={1}),
        Outcome(1, pending=Pending(event="e", on_timeout="x")),
        Outcome(1, side_effects=[1]), Outcome(1, pending={"event": "e"}),  # type: ignore[arg-type]
    ):  # fmt: skip
        registered = holdfast.tool("odd.two", effect="write", idempotency="key")(_giving(wrong))
        async with session(kind, tmp_path, registered) as hf:
            run = await hf.start(plan("steps: [{id: odd, tool: odd.two}]"))
            result = await run.result()
            assert ("waiting", "review") == (result.status, result.waiting[0]["for"])


def _giving(said: object) -> object:
    async def odd() -> Outcome[int]:
        return said  # type: ignore[return-value]

    return odd


async def test_the_token_of_a_call_in_a_child_ends_the_whole_family(kind: str, tmp_path: Path) -> None:
    """Given while nobody has the child in memory: whoever resumes it brings its parent along."""
    tokens: list[str] = []
    (tmp_path / "child.yaml").write_text(f"holdfast: 1\nplan: child\n{STEPS}")
    top = tmp_path / "top.yaml"
    top.write_text("holdfast: 1\nplan: top\nsteps: [{id: sub, plan: child}]\noutput: '{{ steps.sub.output }}'\n")
    async with session(kind, tmp_path, builder(tokens)) as hf:
        run = await hf.start(top)
        with anyio.fail_after(10):
            assert "waiting" == (await run.result()).status
            child = await hf.complete(tokens[0], 7, by="ana")
            assert run.id != child
            await hf.resume(child)
            assert ("succeeded", 7) == ((await run.wait()).status, (await run.wait()).output)
