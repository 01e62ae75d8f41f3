"""`holdfast notify`: who was told of what, and what could not be sent."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from holdfast.cli.command import Command, count
from holdfast.cli.session import configuration, reading, shelf, wait_for, writing
from holdfast.cli.terminal import times
from holdfast.cli.terminal.data import values
from holdfast.cli.terminal.output import Output
from holdfast.cli.terminal.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.journal.outbox import Notice
    from holdfast.journal.store import Store

_SHOWN = 100


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--again", action="store_true", help="try what waits or was given up once more")
    parser.add_argument("--limit", metavar="N", type=count, default=_SHOWN, help="show so many, the newest first (100)")


def _run(args: argparse.Namespace, out: Output) -> int:
    found = wait_for(_sent, args, out)
    out.show(lambda: [values(notice) for notice in found], lambda: _table(found, out))
    return 1 if any(notice.state == "given_up" for notice in found) else 0


async def _sent(args: argparse.Namespace, out: Output) -> Sequence[Notice]:
    config = configuration(args)
    if config.policy is None:
        out.note("there is no policy here, so nobody is told of anything: `notify` at a queue of policy.yaml says how")
        async with reading(args) as store:
            return await store.notices(limit=args.limit)
    from holdfast.people.messenger import Messenger
    from holdfast.people.policy.load import load_book

    book = load_book(config.policy, shelf(args))
    async with writing(args) as store:
        if args.again:
            await _bring_back(store)
        messenger = Messenger(store, lambda: book, mail=config.mail, secrets=config.secrets)
        while await messenger.round():
            pass
        return await store.notices(limit=args.limit)


async def _bring_back(store: Store) -> None:
    for notice in [*await store.notices(state="given_up"), *await store.notices(state="waiting")]:
        await store.settle_notice(notice.id, "waiting", time.time(), notice.error)


def _table(found: Sequence[Notice], out: Output) -> str:
    if not found:
        return "nobody was told of anything yet"
    now = time.time()
    lines = [(one.review, one.queue, one.channel, _state(one, now), one.error) for one in found]
    return table(("REVIEW", "QUEUE", "CHANNEL", "STATE", "ERROR"), lines, out.width, out.paint)


def _state(notice: Notice, now: float) -> str:
    if notice.state == "waiting":
        return f"next try {times.until(notice.due, now)}" if notice.attempts else "waiting"
    when = times.ago(notice.settled_at, now) if notice.settled_at is not None else ""
    return f"{notice.state.replace('_', ' ')} {when}".strip()


COMMANDS = {
    "notify": Command(
        run=_run,
        arguments=_arguments,
        examples=("holdfast notify", "holdfast notify --again"),
        details="Processes that run plans send by themselves; this sends what they left, once, and shows the outbox. "
        "Exit code: 0, or 1 if something was given up.",
    )
}
