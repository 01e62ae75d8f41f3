"""Runs are started, found again, parked, woken and given up by the engine."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path

import anyio
import pytest

import holdfast
from holdfast import InputError, Settings, StoreError, UnknownName, tool
from holdfast.core.events import ReviewAnswered, RunRequested, WorkerTookOver
from holdfast.engine.engine import Engine, Overloaded
from holdfast.journal import codec
from holdfast.journal.open import open_store
from tests.engine.world import STORES, elsewhere, journal, kinds, plan, session

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("store", STORES)]


@tool("probe.echo", effect="read")
async def echo(text: str = "x") -> str:
    """The text."""
    return text


@tool("probe.put", effect="write", idempotency="key")
async def put(text: str, ctx: holdfast.Context) -> str:
    """The key."""
    return f"{text} {ctx.idempotency_key}"


ECHO = """
    inputs: {name: {type: string, default: Ana}}
    steps:
      - {id: say, tool: probe.echo, with: {text: "{{ inputs.name }}"}}
    output: "{{ steps.say.output }}"
"""
ASK = """
    steps:
      - {id: ask, ask: {to: requester, question: Which?, options: [JFK, LGA]}}
      - {id: say, tool: probe.echo, with: {text: "{{ steps.ask.output }}"}}
    output: "{{ steps.say.output }}"
"""


async def test_a_run_gives_its_output(store: str, tmp_path: Path) -> None:
    """A plan of one step is run to its end and its result is the document of the command line."""
    async with session(store, tmp_path, echo) as hf:
        run = await hf.start(plan(ECHO), inputs={"name": "Bo"}, task="t")
        result = await run.result()
        data = result.to_data()
        took = result.spent["elapsed"]
        assert {"calls": 1, "tokens": 0, "cost": 0.0, "failures": 0, "elapsed": took} == data.pop("spent")
        assert {
            "run": run.id, "task": "t", "plan": "probe", "status": "succeeded", "output": "Bo", "error": None,
            "waiting": [], "pending": [],
        } == data  # fmt: skip


async def test_the_request_is_one_entry_and_made_at_one_time(store: str, tmp_path: Path) -> None:
    """The journal begins with the request, once; the first decisions carry its time."""
    async with session(store, tmp_path, put) as hf:
        run = await hf.start(plan("steps: [{id: a, tool: probe.put, with: {text: x}}]"))
        await run.result()
        entries = await journal(run)
        assert [1] == [entry.seq for entry in entries if isinstance(entry.event, RunRequested)]
        assert list(range(1, len(entries) + 1)) == [entry.seq for entry in entries]
        assert entries[0].at == entries[1].at


async def test_the_same_task_is_the_same_run(store: str, tmp_path: Path) -> None:
    """Starting a task again gives the run that it has, with its result if that has ended."""
    async with session(store, tmp_path, echo) as hf:
        first = await hf.start(plan(ECHO), task="t")
        await first.result()
        again = await hf.start(plan(ECHO), task="t")
        assert (first.id, "Ana") == (again.id, (await again.result()).output)
        assert 1 == len(await hf.runs())


async def test_the_same_task_with_other_inputs_is_refused(store: str, tmp_path: Path) -> None:
    """The error says which input differs, how, and what to do."""
    async with session(store, tmp_path, echo) as hf:
        run = await hf.start(plan(ECHO), task="t", inputs={"name": "Bo"})
        with pytest.raises(InputError) as refused:
            await hf.start(plan(ECHO), task="t", inputs={"name": "Cy"})
        assert (
            f'task `t` of plan `probe` is run {run.id} already, with other inputs: `name` was "Bo", now it is "Cy"; '
            "give the same inputs, or another task"
        ) == str(refused.value)


async def test_a_changed_plan_leaves_its_runs_alone(store: str, tmp_path: Path) -> None:
    """A run goes on with the plan it was started with, even when its task is started with a newer one."""
    async with session(store, tmp_path, echo) as hf:
        await hf.start(plan(ASK), task="t")
        run = await hf.start(plan(ASK.replace("Which", "What")), task="t")
        await run.result()
        (row,) = await hf.reviews()
        assert "Which?" == row.review.question


async def test_a_tool_that_is_not_registered_creates_no_run(store: str, tmp_path: Path) -> None:
    """A misspelled tool is found before anything is recorded."""
    async with session(store, tmp_path, echo) as hf:
        with pytest.raises(UnknownName, match=r"no tool `probe.ecko`: did you mean `probe.echo`\?"):
            await hf.start(plan("steps: [{id: a, tool: probe.ecko}]"))
        assert [] == await hf.runs()


async def test_wrong_inputs_create_no_run(store: str, tmp_path: Path) -> None:
    """Inputs are checked before anything is recorded."""
    async with session(store, tmp_path, echo) as hf:
        with pytest.raises(InputError, match="input `name` must be string, not 7"):
            await hf.start(plan(ECHO), inputs={"name": 7})
        assert [] == await hf.runs()


async def test_a_run_that_waits_for_a_person_is_parked(store: str, tmp_path: Path) -> None:
    """Its result says what it waits for, nobody owns it, and the answer brings it back."""
    async with session(store, tmp_path, echo) as hf:
        run = await hf.start(plan(ASK))
        parked = await run.result()
        assert ("waiting", ["review"]) == (parked.status, [one["for"] for one in parked.waiting])
        assert "" == (await run.row()).owner
        (review,) = await hf.reviews()
        await hf.answer(review.review.id, "LGA", by="ana")
        assert ("succeeded", "LGA") == ((done := await run.wait()).status, done.output)
        assert "WorkerTookOver" not in await kinds(run)


async def test_a_distant_timer_parks_and_a_near_one_does_not(store: str, tmp_path: Path) -> None:
    """A run that is due soon stays in memory; one that is due late leaves and comes back in time."""
    text = "steps: [{id: a, wait: 300ms}, {id: b, tool: probe.echo}]"
    async with session(store, tmp_path, echo, linger=0.05) as hf:
        run = await hf.start(plan(text))
        parked = await run.result()
        assert ("waiting", "timer", "") == (parked.status, parked.waiting[0]["for"], (await run.row()).owner)
        assert "succeeded" == (await run.wait()).status
    async with session(store, tmp_path, echo, linger=10) as hf:
        assert "succeeded" == (await (await hf.start(plan(text))).result()).status


async def test_an_event_reaches_a_parked_run(store: str, tmp_path: Path) -> None:
    """A signal wakes the run that waits for it."""
    text = """
        steps: [{id: a, wait: {event: paid, timeout: 1h}}]
        output: "{{ steps.a.output }}"
    """
    async with session(store, tmp_path) as hf:
        run = await hf.start(plan(text))
        await run.result()
        await hf.signal(run.id, "paid", {"amount": 3})
        assert {"amount": 3} == (await run.wait()).output


async def test_pause_and_cancel_reach_a_run(store: str, tmp_path: Path) -> None:
    """A paused run says so and goes on after `unpause`; a cancelled one ends; nothing reaches it afterwards."""
    async with session(store, tmp_path, echo) as hf:
        run = await hf.start(plan(ASK))
        await run.result()
        await hf.pause(run.id, by="ana")
        assert "paused" == (await run.result()).status
        await hf.unpause(run.id)
        assert "waiting" == (await run.result()).status
        await hf.cancel(run.id, by="ana")
        assert "cancelled" == (await run.wait()).status
        with pytest.raises(InputError, match="is over"):
            await hf.cancel(run.id)


async def test_more_runs_than_fit_wait_their_turn(store: str, tmp_path: Path) -> None:
    """With room for two runs in memory, twenty still end; parked ones take no room."""
    async with session(store, tmp_path, echo, max_live=2) as hf:
        parked = [await hf.start(plan(ASK)) for _ in range(5)]
        runs = [await hf.start(plan(ECHO)) for _ in range(20)]
        assert {"succeeded"} == {(await run.result()).status for run in runs}
        assert {"waiting"} == {(await run.result()).status for run in parked}


async def test_a_full_queue_refuses(store: str, tmp_path: Path) -> None:
    """Beyond the queue's length a start is refused before anything is recorded."""

    @tool("probe.hang", effect="read")
    async def hang() -> None:
        await asyncio.sleep(60)

    async with session(store, tmp_path, hang, max_live=1, max_queue=1) as hf:
        text = plan("steps: [{id: a, tool: probe.hang}]")
        await hf.start(text)
        await hf.start(text)
        with pytest.raises(Overloaded, match="1 runs wait for their turn"):
            await hf.start(text)
        assert 2 == len(await hf.runs())


async def test_resume_all_goes_on_with_what_was_left(store: str, tmp_path: Path) -> None:
    """What one engine left, the next one takes up from the journal."""
    target = open_store("memory:" if store == "memory" else f"sqlite:{tmp_path}/runs.db")
    async with target:
        registry = holdfast_registry(echo)
        async with Engine(target, registry) as first:
            ward = await first.start(plan(ASK))
            await ward.until({"parked"})
        async with Engine(target, registry) as second:
            hf = holdfast.Holdfast(second)
            (run,) = await hf.resume_all()
            await run.result()
            (review,) = await hf.reviews()
            await hf.decide(review.review.id, holdfast.Choose(2, by="ana"))
            assert "LGA" == (await run.wait()).output


async def test_a_dead_workers_call_is_interrupted_and_made_again(store: str, tmp_path: Path) -> None:
    """Who takes over a run with a call in flight says so and repeats the call under the same key."""
    asked: list[str] = []

    @tool("probe.slow", effect="write", idempotency="key")
    async def slow(ctx: holdfast.Context) -> str:
        asked.append(ctx.idempotency_key)
        if len(asked) == 1:
            await asyncio.sleep(60)
        return "done"

    target = open_store("memory:" if store == "memory" else f"sqlite:{tmp_path}/runs.db")
    async with target:
        async with Engine(target, holdfast_registry(slow), Settings(grace=0.05)) as first:
            ward = await first.start(plan("steps: [{id: a, tool: probe.slow}]"))
            while not asked:  # noqa: ASYNC110 - the tool has no event to set
                await asyncio.sleep(0.01)
        async with Engine(target, holdfast_registry(slow)) as second:
            await (await second.resume(ward.run)).until({"over"})
            found = [entry.event for entry in await target.entries(ward.run)]
            assert 1 == sum(isinstance(event, WorkerTookOver) for event in found)
            assert 2 == len(asked)
            assert 1 == len(set(asked))


async def test_restarts_during_one_slow_call_are_no_deaths(store: str, tmp_path: Path) -> None:
    """A service that is restarted five times while a call takes long makes it again each time, and nobody is asked."""
    asked: list[str] = []

    @tool("probe.slow", effect="write", idempotency="key")
    async def slow(ctx: holdfast.Context) -> str:
        asked.append(ctx.idempotency_key)
        if len(asked) <= 5:
            await asyncio.sleep(60)
        return "done"

    target = open_store("memory:" if store == "memory" else f"sqlite:{tmp_path}/runs.db")
    text = plan("steps: [{id: a, tool: probe.slow}]\noutput: '{{ steps.a.output }}'")
    async with target:
        for number in range(1, 6):
            async with Engine(target, holdfast_registry(slow), Settings(grace=0.05)) as engine:
                await engine.start(text, task="t")
                while len(asked) < number:  # noqa: ASYNC110 - the tool has no event to set
                    await asyncio.sleep(0.01)
        async with Engine(target, holdfast_registry(slow)) as last:
            ward = await last.start(text, task="t")
            async with asyncio.timeout(30):  # a run that asks a person would never end
                await ward.until({"over"})
            found = [type(entry.event).__name__ for entry in await target.entries(ward.run)]
    assert (6, 1) == (len(asked), len(set(asked)))
    assert (5, 5, 0) == tuple(map(found.count, ("WorkerLeft", "WorkerTookOver", "ReviewRequested")))


async def test_closing_lets_a_write_end_and_drops_a_read(store: str, tmp_path: Path) -> None:
    """Within the grace time a write's result is committed; a read is not waited for."""
    ended: list[str] = []

    @tool("probe.write", effect="write", idempotency="none")
    async def write() -> str:
        await asyncio.sleep(0.2)
        ended.append("write")
        return "done"

    @tool("probe.read", effect="read")
    async def read() -> str:
        await asyncio.sleep(30)
        ended.append("read")
        return "done"

    target = open_store("memory:" if store == "memory" else f"sqlite:{tmp_path}/runs.db")
    text = """
        steps:
          - id: both
            parallel: {w: [{id: w, tool: probe.write}], r: [{id: r, tool: probe.read}]}
    """
    async with target:
        async with Engine(target, holdfast_registry(write, read)) as engine:
            ward = await engine.start(plan(text))
            while ward.live is None or len(ward.live._flying) < 2:  # noqa: ASYNC110 - nothing tells it
                await asyncio.sleep(0.01)
            began = time.monotonic()
        assert (["write"], "left") == (ended, ward.state)
        assert time.monotonic() - began < 5
        found = [type(entry.event).__name__ for entry in await target.entries(ward.run)]
        assert 1 == found.count("CallReturned")
        assert ("running", "") == ((row := await target.run(ward.run)).status, row.owner)


async def test_closing_begins_nothing_and_nobody_is_asked_about_it(store: str, tmp_path: Path) -> None:
    """What was only intended is begun by who goes on with the run, also where its outcome could not be looked up."""
    began: list[str] = []
    ends = asyncio.Event()

    @tool("probe.write", effect="write", idempotency="none")
    async def write(text: str) -> str:
        began.append(text)
        await ends.wait()
        return text

    text = plan("""
        steps:
          - id: many
            parallel:
              a: [{id: a, tool: probe.write, with: {text: a}}]
              b: [{id: b, tool: probe.write, with: {text: b}}]
          - {id: c, tool: probe.write, with: {text: c}}
    """)
    target = open_store("memory:" if store == "memory" else f"sqlite:{tmp_path}/runs.db")
    async with target:
        async with Engine(target, holdfast_registry(write), Settings(max_calls=1)) as first:
            ward = await first.start(text)
            while not began:  # noqa: ASYNC110 - the tool has no event to set
                await asyncio.sleep(0.001)
            asyncio.get_running_loop().call_later(0.05, ends.set)
        assert ["a"] == began
        async with Engine(target, holdfast_registry(write)) as second:
            await (await second.resume(ward.run)).until({"over"})
        found = [type(entry.event).__name__ for entry in await target.entries(ward.run)]
    assert ["a", "b", "c"] == began
    assert (1, 1, 0) == tuple(map(found.count, ("WorkerLeft", "WorkerTookOver", "ReviewRequested")))


async def test_a_task_started_twice_at_the_same_moment_is_one_run(store: str, tmp_path: Path) -> None:
    """Two starts of one task at once give one run, and its write is made once."""
    async with session(store, tmp_path, put) as hf:
        text = plan("steps: [{id: a, tool: probe.put, with: {text: x}}]")
        runs = await asyncio.gather(*[hf.start(text, task="t") for _ in range(5)])
        assert 1 == len({run.id for run in runs})
        assert {"succeeded"} == {(await run.result()).status for run in runs}
        assert 1 == (await kinds(runs[0])).count("CallIntended")


async def test_two_runs_with_one_key_make_one_effect(store: str, tmp_path: Path) -> None:
    """A write whose key another run already has is not made again: its result is reused."""
    made: list[str] = []

    @tool("probe.once", effect="write", idempotency="key")
    async def once(ctx: holdfast.Context) -> int:
        made.append(ctx.idempotency_key)
        await asyncio.sleep(0.05)
        return len(made)

    text = plan("""
        steps: [{id: a, tool: probe.once, idempotency_key: shared}]
        output: "{{ steps.a.output }}"
    """)
    async with session(store, tmp_path, once) as hf:
        runs = [await hf.start(text) for _ in range(4)]
        assert [1, 1, 1, 1] == [(await run.wait()).output for run in runs]
        assert 1 == len(made)
        assert 3 == sum(["CallReused" in await kinds(run) for run in runs])


async def test_an_answer_is_taken_once(store: str, tmp_path: Path) -> None:
    """The same answer again is accepted as one, another one is refused, and the journal holds a single answer."""
    async with session(store, tmp_path, echo) as hf:
        run = await hf.start(plan(ASK))
        await run.result()
        (review,) = await hf.reviews()
        await hf.answer(review.review.id, "JFK")
        await run.wait()
        await hf.answer(review.review.id, "JFK")
        with pytest.raises(holdfast.ReviewError):
            await hf.answer(review.review.id, "LGA")
        assert 1 == sum(isinstance(entry.event, ReviewAnswered) for entry in await journal(run))


async def test_time_never_goes_back_in_a_journal(store: str, tmp_path: Path) -> None:
    """A clock that is set back does not make later entries earlier."""
    readings = iter([1000.0, 1005.0, 900.0, 800.0])
    last = [700.0]

    def clock() -> float:
        last[0] = next(readings, last[0] - 1)
        return last[0]

    async with session(store, tmp_path, put, clock=clock) as hf:
        text = "steps: [{id: a, tool: probe.put, with: {text: x}}, {id: b, tool: probe.put, with: {text: y}}]"
        run = await hf.start(plan(text))
        await run.result()
        times = [entry.at for entry in await journal(run)]
        assert sorted(times) == times
        assert 1000.0 == times[0]


async def test_a_clock_that_jumps_ahead_fires_timers(store: str, tmp_path: Path) -> None:
    """A run that waits an hour goes on at once when the clock says that the hour is over, parked or not."""
    offset = [0.0]
    for linger in (0.0, 1e6):
        async with session(store, tmp_path, clock=lambda: time.time() + offset[0], linger=linger) as hf:
            run = await hf.start(plan("steps: [{id: a, wait: 1h}]"))
            while (await run.row()).wake_at is None:  # noqa: ASYNC110 - nothing tells it
                await asyncio.sleep(0.01)
            offset[0] += 3601
            assert "succeeded" == (await run.wait()).status


async def test_following_shows_every_entry_until_the_end(store: str, tmp_path: Path) -> None:
    """`entries(follow=True)` ends with the run and misses nothing."""
    async with session(store, tmp_path, echo) as hf:
        run = await hf.start(plan(ECHO))
        followed = [entry.seq async for entry in run.entries(follow=True)]
        assert [entry.seq for entry in await journal(run)] == followed


async def test_higher_priority_goes_first(store: str, tmp_path: Path) -> None:
    """Of the runs that wait for their turn, the most important one is next."""
    began: list[str] = []

    @tool("probe.note", effect="read")
    async def note(ctx: holdfast.Context) -> None:
        began.append(ctx.task)
        await asyncio.sleep(0.01)

    async with session(store, tmp_path, note, max_live=1) as hf:
        text = plan("steps: [{id: a, tool: probe.note}]")
        runs = [await hf.start(text, task=f"{n}", priority=n) for n in (0, 1, 3, 2)]
        for run in runs:
            await run.result()
    assert ["0", "3", "2", "1"] == began


async def test_a_follower_of_all_takes_up_what_nobody_has(store: str, tmp_path: Path) -> None:
    """A worker finds recorded, due and answered runs by itself, and keeps none of the parked ones in memory."""
    from holdfast.engine.request import record

    target = open_store("memory:" if store == "memory" else f"sqlite:{tmp_path}/runs.db")
    async with target:
        registry = holdfast_registry(echo)
        rows = [(await record(target, registry, plan(text), time.time()))[0] for text in (ECHO, ASK)]
        async with Engine(target, registry, Settings(follow_all=True)) as engine:
            with anyio.fail_after(10):
                while ["succeeded", "waiting"] != [(await target.run(row.run)).status for row in rows]:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
                while engine.wards:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
                hf = holdfast.Holdfast(engine)
                await hf.answer(f"{rows[1].run}.1", "JFK")
                while "succeeded" != (await target.run(rows[1].run)).status:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)


def holdfast_registry(*tools: object) -> object:
    """A registry with these tools."""
    from holdfast.registry import load_registry

    return load_registry(tools)


OTHER = """
    import asyncio, time, signal
    import holdfast
    from holdfast.plan.load import load_source
    @holdfast.tool("probe.echo", effect="read")
    async def echo(text: str = "x") -> str: return text
    @holdfast.tool("probe.once", effect="write", idempotency="key")
    async def once(path: str) -> int:
        with open(path, "a") as file: file.write("x")
        await asyncio.sleep(0.2)
        return 1
"""


async def test_an_answer_from_another_process_arrives_within_100_ms(store: str, tmp_path: Path) -> None:
    """A decision recorded by another process wakes the parked run here; the second of five, for busy machines."""
    if store == "memory":
        return
    script = (
        OTHER
        + """
    async def main(path, run):
        async with holdfast.open(path) as hf:
            for review in await hf.reviews(run=run):
                await hf.answer(review.review.id, "LGA", by="ana")
            print(time.time(), flush=True)
"""
    )
    late: list[float] = []
    async with session(store, tmp_path, echo) as hf:
        for _ in range(5):
            run = await hf.start(plan(ASK))
            await run.result()
            other = elsewhere(script, f"sqlite:{tmp_path}/runs.db", run.id)
            await run.wait()
            now = time.time()
            out, err = await asyncio.to_thread(other.communicate)
            assert "" == err
            late.append(now - float(out))
    assert sorted(late)[1] < 0.1


async def test_two_processes_start_one_task_at_once(store: str, tmp_path: Path) -> None:
    """Whichever process gets it, there is one run with one effect, and both tell its result."""
    if store == "memory":
        return
    script = (
        OTHER
        + """
    async def main(path, file):
        step = "{id: a, tool: probe.once, with: {path: %s}}" % file
        text = "holdfast: 1\\nplan: probe\\nsteps: [%s]\\noutput: '{{ steps.a.output }}'" % step
        async with holdfast.open(path, tools=[once]) as hf:
            run = await hf.start(load_source(text, "probe.yaml"), task="t")
            print(run.id, (await run.wait()).output)
"""
    )
    file = tmp_path / "effects"
    others = [elsewhere(script, f"sqlite:{tmp_path}/runs.db", file) for _ in range(3)]
    said = [await asyncio.to_thread(other.communicate) for other in others]
    assert ["", "", ""] == [err for _, err in said]
    assert 1 == len({out for out, _ in said})
    assert said[0][0].endswith(" 1\n")
    assert "x" == file.read_text()


async def test_a_killed_process_run_is_taken_over_by_who_waits_for_it(store: str, tmp_path: Path) -> None:
    """A process that watches a run of another one takes it over when that one is killed."""
    if store == "memory":
        return
    script = (
        OTHER
        + """
    @holdfast.tool("probe.long", effect="write", idempotency="key")
    async def long() -> int:
        print("in", flush=True)
        await asyncio.sleep(60)
    async def main(path):
        text = "holdfast: 1\\nplan: probe\\nsteps: [{id: a, tool: probe.long}]\\noutput: '{{ steps.a.output }}'"
        async with holdfast.open(path, tools=[long]) as hf:
            await (await hf.start(load_source(text, "probe.yaml"), task="t")).wait()
"""
    )
    other = elsewhere(script, f"sqlite:{tmp_path}/runs.db")
    assert other.stdout is not None
    assert "in\n" == await asyncio.to_thread(other.stdout.readline)

    @tool("probe.long", effect="write", idempotency="key")
    async def long() -> int:
        return 7

    async with session(store, tmp_path, long) as hf:
        run = await hf.start(plan("steps: [{id: a, tool: probe.long}]\noutput: '{{ steps.a.output }}'"), task="t")
        waiting = asyncio.create_task(run.wait())
        await asyncio.sleep(0.2)
        assert not waiting.done()
        other.send_signal(signal.SIGKILL)
        assert 7 == (await waiting).output
        assert 1 == (await kinds(run)).count("WorkerTookOver")
    await asyncio.to_thread(other.communicate)


async def test_what_cannot_be_kept_stops_the_run_that_gave_it_and_nothing_else(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows from a call is decided as it ends, in its own task: a fault there is the run's, and is told."""

    @tool("probe.much", effect="write", idempotency="key")
    async def much() -> str:
        """More than is kept at once."""
        return "x" * 50_000

    monkeypatch.setattr(codec, "APPEND_LIMIT", 40_000)
    async with session(store, tmp_path, echo, much, store_patience=0.05) as hf:
        large = await hf.start(plan("steps: [{id: a, tool: probe.much}]"))
        with pytest.raises(StoreError, match="at once: hand large data over by reference"):
            await large.result()
        small = await (await hf.start(plan(ECHO), task="small")).result()
        assert ("succeeded", "Ana") == (small.status, small.output)
