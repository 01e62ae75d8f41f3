"""A process that carries out one run through the engine, and dies where it is told to.

    python -m tests.crash.victim '{"plan": ..., "tools": ..., "folder": ..., "die": 7}'

Its argument is a job (`Job`) as JSON; what it says on stdout, unless it dies, is the run's result as JSON. It is the
whole program: the only thing that differs from production is that it may die.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import holdfast
from holdfast.api.run import Result, Run
from holdfast.api.session import Holdfast
from holdfast.api.staff import staff
from holdfast.api.sync import run_loop
from holdfast.config import Config
from holdfast.core.decide import retry, settling
from holdfast.core.events import FactsCorrected
from holdfast.engine.engine import Engine
from holdfast.engine.identity import run_id
from holdfast.engine.settings import Settings
from holdfast.errors import CallbackError
from holdfast.journal.address import shelf_beside
from holdfast.journal.open import open_store
from holdfast.journal.store import Durability
from holdfast.registry.collect import tools_of
from holdfast.registry.modules import import_file, import_folder
from holdfast.registry.packs import Packs
from holdfast.registry.registry import Registry
from tests.crash.moments import Moments, MortalStore, mortal_tool

PEOPLE = ("ana", "ben")
"""They take turns: what one alone cannot decide the other one does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a victim does.

    Args:
        plan, tools: files; tools may be a folder.
        folder: where its store and the witness file are.
        task, inputs: of the run.
        die, how: see `Moments`.
        lose, refuse: see `mortal_tool`.
        answers: what a person says, by the address of the step that asks.
        corrections: facts that somebody corrects, once, as soon as the step at the address `after` asks a person.
        after: see `corrections`.
        policy: the text of the installation's policy; empty: there is none. With one, the run's id and so its draws are
            always the same.
        env: where the counterpart is.
        durability: of the store. `process` promises to survive `kill -9`.
        kill_after: seconds after which somebody else kills it.
    """

    plan: str
    tools: str
    folder: str
    task: str = "t"
    inputs: Mapping[str, object] = field(default_factory=dict)
    die: int | str | None = None
    how: str = "SIGKILL"
    lose: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    answers: Mapping[str, tuple[str, object]] = field(default_factory=dict)
    corrections: Mapping[str, object] = field(default_factory=dict)
    after: str = ""
    policy: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    durability: Durability = "process"
    kill_after: float | None = None

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))


def _modules(tools: Path) -> list[Any]:
    return import_folder(tools) if tools.is_dir() else [import_file(tools)]


async def carry_out(job: Job) -> dict[str, Any]:
    """Start the run or go on with it, answer what is asked, until it is over or waits for what nobody says."""
    folder = Path(job.folder)
    moments = Moments(folder / "witness", job.die, job.how)
    own = tools_of(_modules(Path(job.tools)))
    registry = Registry([mortal_tool(one, moments, job.lose, job.refuse) for one in own], packs=Packs({}))
    async with open_store(f"sqlite:{folder}/runs.db", durability=job.durability) as store:
        mortal: Any = MortalStore(store, moments)
        new_id = (lambda plan, _: f"{plan}-crash") if job.policy else run_id
        async with (
            staff(mortal, Config(policy=the_policy(job)), shelf=shelf_beside(f"sqlite:{folder}/runs.db")) as office,
            Engine(mortal, registry, Settings(), new_id=new_id) as engine,
        ):
            if office is not None:
                office.rule(engine)
            hf = Holdfast(engine, office)
            run = await hf.start(job.plan, inputs=job.inputs, task=job.task)
            result = await run.result()
            for person in cycle(PEOPLE):
                if job.corrections and await corrected(hf, run, job):
                    result = await run.result()
                if not await answered(hf, job.answers, person) and not await completed(hf, result):
                    return said(result)
                result = await run.result()
            raise AssertionError


def the_policy(job: Job) -> str | None:
    """The policy's file, as it would lie beside a configuration."""
    if not job.policy:
        return None
    file = Path(job.folder) / "policy.yaml"
    if not file.exists():
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_text(job.policy)
        draft.replace(file)
    return str(file)


async def answered(hf: Holdfast, answers: Mapping[str, tuple[str, object]], person: str) -> bool:
    """Decide every open review, of the run or of its children, that there is an answer for; whether there was one."""
    known = [row for row in await hf.reviews() if row.review.address in answers]
    for row in known:
        decision, value = answers[row.review.address]
        await hf.decide(row.review.id, holdfast.Decision(decision, value, by=person))
    return bool(known)


async def corrected(hf: Holdfast, run: Run, job: Job) -> bool:
    """Say what is right when the step `after` has asked for the first time; whether it was said now.

    Whoever says it looks first whether it was said already, by the journal and by what has not reached the run yet.
    """
    asked = [row.review.address for row in await hf.reviews(run=run.id)]
    before = [entry.event async for entry in run.entries()]
    if job.after not in asked or any(isinstance(event, FactsCorrected) for event in before):
        return False
    await hf.correct(run.id, job.corrections, by="kim")
    return True


async def completed(hf: Holdfast, result: Result) -> bool:
    """The bank of plans/later.py tells what became of its orders; whether the run waited for that."""
    if all(item["for"] != "completion" for item in result.waiting):
        return False
    with closing(sqlite3.connect(os.environ["LEDGER_DB"], timeout=30)) as db:
        rows = db.execute("SELECT token, answer FROM tokens").fetchall()
    for token, answer in rows:
        with suppress(CallbackError):  # it was told before
            await hf.complete(token, json.loads(answer))
    return True


def said(result: Result) -> dict[str, Any]:
    """A result as JSON data."""
    return {**result.to_data(), "via": result.via, "notes": list(result.notes)}


def hasten() -> None:
    """Shorten the two pauses that no plan can change; there is no virtual time across processes."""
    retry.UNDO_RETRY = replace(retry.UNDO_RETRY, delay=0.002)
    settling._PACE = replace(settling._PACE, delay=0.002)


def main(text: str) -> None:
    """Do a job."""
    hasten()
    job = Job(**json.loads(text))
    os.environ.update(job.env)
    result = run_loop(lambda: carry_out(job))
    sys.stdout.write(json.dumps(result))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
