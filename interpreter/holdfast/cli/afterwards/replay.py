"""`holdfast replay`: a run decided again from what its journal observed. No tool is called, nothing is written."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from holdfast.cli import plans
from holdfast.cli.afterwards.divergence import divergence_lines
from holdfast.cli.afterwards.standing import fact_lines, frame_lines
from holdfast.cli.command import Command, UsageError
from holdfast.cli.session import reading, wait_for
from holdfast.cli.terminal.data import entry_data
from holdfast.cli.terminal.output import Output, plain
from holdfast.core.events import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.afterwards.walk import Walk
    from holdfast.core.events import Event
    from holdfast.core.replay import Links, Replay
    from holdfast.plan.program import Plan
    from holdfast.simulate.retold import Lapse

DIVERGED = 1


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="its id, an unambiguous beginning of it, or its task")
    parser.add_argument(
        "--to",
        metavar="SEQ",
        type=int,
        help="stop behind what was decided with this entry, and show how things stood",
    )
    parser.add_argument("--plan", metavar="PLAN", help="what this plan would have decided, up to where it differs")
    parser.add_argument(
        "--step", action="store_true", help="walk through it, forwards and backwards, with commands on standard input"
    )


def _replay(args: argparse.Namespace, out: Output) -> int:
    from holdfast.afterwards.walk import Walk
    from holdfast.core.replay import replay
    from holdfast.simulate.retold import lapses

    run, plan, journal, links = wait_for(_journal, args)
    if args.to is not None and args.to < 1:
        raise UsageError(f"`--to {args.to}`: the entries of a journal are numbered from 1")
    if args.to is not None and args.to > len(journal):
        raise UsageError(f"run {run} has the entries 1 to {len(journal)}: there is none with the number {args.to}")
    if args.step:
        return _step(run, Walk(plan, journal, links), args.to, out)
    entries = _until(journal, args.to)
    done = replay(plan, entries, links)
    under = args.plan and f" under {plan.file}"
    laws = lapses(plan, entries, links)
    out.show(
        lambda: {**_data(run, done, entries), "broken": [_lapse(one) for one in laws]},
        lambda: "\n".join([_text(f"{run}{under or ''}", done, entries, to=args.to), *map(_lapse_line, laws)]),
    )
    return 0 if done.divergence is None and not laws else DIVERGED


def _lapse(lapse: Lapse) -> dict[str, object]:
    return {"invariant": lapse.name, "seq": lapse.seq, "said": lapse.said}


def _lapse_line(lapse: Lapse) -> str:
    return plain(f"behind entry {lapse.seq} the invariant {lapse.said}")


def _step(run: str, walk: Walk, seq: int | None, out: Output) -> int:
    from holdfast.cli.afterwards.stepping import step_through

    if seq is not None:
        walk.to_entry(seq)
    step_through(run, walk, out)
    return 0 if walk.divergence is None else DIVERGED


def _until(journal: list[Entry], seq: int | None) -> list[Entry]:
    """The journal up to an entry and what was decided together with it."""
    from holdfast.core.replay import OBSERVATIONS

    later = (
        entry.seq for entry in journal if seq is not None and entry.seq > seq and type(entry.event) in OBSERVATIONS
    )
    following = next(later, None)
    return journal if following is None else journal[: following - 1]


async def _journal(args: argparse.Namespace) -> tuple[str, Plan, list[Entry], Links]:
    # Compiled anew, so that not even a cache is written.
    from holdfast.journal.erasure import need_values
    from holdfast.plan.family import family
    from holdfast.plan.load import load_plan, load_source

    async with reading(args) as store:
        row = await store.run(args.run)
        entries = await store.entries(row.run)
        need_values(row.run, entries)
        links: Links = {}
        if args.plan is not None:
            plan = load_plan(plans.find(args.plan))
            links = family(plan).links  # its children are not in the request of the run
        else:
            file, source = await store.plan_source(row.plan_hash)
            plan = load_source(source, file)
        return row.run, plan, entries, links


def _data(run: str, done: Replay, entries: Sequence[Entry]) -> dict[str, object]:
    summary, differs = done.interpreter.summary(), done.divergence
    return {
        "run": run,
        "entries": len(entries),
        "turns": done.turns,
        "agrees": differs is None,
        "divergence": None
        if differs is None
        else {"seq": differs.seq, "recorded": _event(differs.recorded), "decided": _event(differs.decided)},
        "status": summary.status,
        "facts": done.interpreter.state.facts,
        "waiting": list(summary.waiting),
    }


def _event(event: Event | None) -> dict[str, object] | None:
    data = None if event is None else entry_data(Entry(0, 0.0, event))
    return None if data is None else {name: data[name] for name in data if name not in {"seq", "at"}}


def _text(what: str, done: Replay, entries: Sequence[Entry], *, to: int | None) -> str:
    differs = done.divergence
    if differs is None:
        lines = [f"{what}: {len(entries)} entries, {done.turns} observations, and every decision is made again"]
    else:
        lines = [f"{what}: entry {differs.seq} is the first that differs", *divergence_lines(differs)]
    at = entries[(len(entries) if differs is None else min(len(entries), differs.seq - 1)) - 1].at if entries else 0.0
    return "\n".join(lines + (_state(done, at) if to is not None or differs is not None else []))


def _state(done: Replay, at: float) -> list[str]:
    """How the run stands after the last turn."""
    state = done.interpreter.state
    return [
        f"then the run is {done.interpreter.summary().status}",
        *(f"  {line}" for line in frame_lines(state, at)),
        *(f"  {line}" for line in fact_lines(state)),
    ]


COMMANDS = {
    "replay": Command(
        run=_replay,
        arguments=_arguments,
        examples=(
            "holdfast replay hello-3k9f",
            "holdfast replay hello-3k9f --to 12",
            "holdfast replay hello-3k9f --step",
            "holdfast replay hello-3k9f --plan plans/hello.yaml",
        ),
        details="What tools and people said is taken from the journal; every decision is made anew and compared with "
        "the recorded one. Exit code 0: all agree; 1: one differs, and the first is shown with what differs in it, or "
        "an invariant of the plan (with --plan: of that plan) does not hold. "
        "With --step each line of standard input is a command: n next, p back, g N to entry N, f facts, s steps under "
        "way, w why (with what each decision read), q quit.",
    ),
}
