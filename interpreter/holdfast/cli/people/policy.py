"""`holdfast policy show`, `policy replay`: what holds here, and what another policy would have asked."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from holdfast.cli.command import Command, UsageError, count
from holdfast.cli.session import configuration, reading, wait_for
from holdfast.cli.terminal.data import values
from holdfast.cli.terminal.output import Output
from holdfast.cli.terminal.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.core.policy import Policy, PolicyRule
    from holdfast.people.policy.book import Book, Queue
    from holdfast.people.replay import Comparison
    from holdfast.plan.program import Escalation

_MANY = 1_000_000
_SHOWN = 20


# --- show -------------------------------------------------------------------------------------------------------------


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", help="a policy (default: the one of this installation)")


def _show(args: argparse.Namespace, out: Output) -> int:
    from holdfast.people.policy.load import load_book

    path = args.file or configuration(args).policy
    if path is None:
        raise UsageError("there is no policy here: `policy.yaml` beside holdfast.toml, or `[people] policy` in it")
    book = load_book(path)
    out.show(lambda: _data(book), lambda: _text(book, out))
    return 0


def _data(book: Book) -> dict[str, object]:
    return {
        "file": book.file,
        "hash": book.policy.hash,
        "rules": [values(rule) for rule in book.policy.rules],
        "queues": [
            {
                "queue": queue.name,
                "members": None if queue.members is None else sorted(queue.members),
                "notify": [channel.name for channel in queue.channels],
                "service_level": queue.service_level,
            }
            for queue in book.queues.values()
        ],
        "limits": [values(limit) for limit in book.policy.limits],
    }


def _text(book: Book, out: Output) -> str:
    rules = [(rule.name, rule.when or "always", rule.to, _how(rule), _silence(rule)) for rule in book.policy.rules]
    queues = [
        (queue.name, _people(queue), ", ".join(channel.name for channel in queue.channels) or "nobody is told")
        for queue in book.queues.values()
    ]
    parts = [f"{book.file}, {book.policy.hash[:12]}"]
    parts += [table(("RULE", "WHEN", "TO", "HOW", "WITHOUT AN ANSWER"), rules, out.width, out.paint)] if rules else []
    parts += [table(("QUEUE", "MEMBERS", "NOTIFIED BY"), queues, out.width, out.paint)] if queues else []
    return "\n\n".join(parts)


def _how(rule: PolicyRule) -> str:
    said = [f"{rule.approvals} approvals"] if rule.approvals > 1 else []
    said += [f"{rule.sample:.0%} of the cases"] if rule.sample is not None else []
    return ", ".join(said)


def _silence(rule: PolicyRule) -> str:
    """`ask cfo (1 approval) after 4h, reject after 2h`: stage by stage."""
    from holdfast.plan.durations import format_duration

    said: list[str] = []
    stage: PolicyRule | Escalation | None = rule
    while stage is not None:
        following = stage.escalate
        then = stage.on_timeout if following is None else f"ask {following.to}{_wanted(following.approvals)}"
        said.append("wait for ever" if stage.timeout is None else f"{then} after {format_duration(stage.timeout)}")
        stage = following
    return ", ".join(said)


def _wanted(approvals: int | None) -> str:
    return "" if approvals is None else f" ({approvals} approval{'s' if approvals > 1 else ''})"


def _people(queue: Queue) -> str:
    return "anybody" if queue.members is None else ", ".join(sorted(queue.members)) or "nobody"


# --- replay -----------------------------------------------------------------------------------------------------------


def _replay_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the new policy")
    parser.add_argument("--plan", metavar="NAME", help="only runs of this plan")
    parser.add_argument(
        "--limit", metavar="N", type=count, default=_MANY, help="so many runs, the newest (default all)"
    )


def _replay(args: argparse.Namespace, out: Output) -> int:
    from holdfast.people.policy.load import load_book

    found = wait_for(_compared, args, load_book(args.file).policy)
    out.show(lambda: _comparison_data(found), lambda: _comparison(found, out))
    return 0


async def _compared(args: argparse.Namespace, policy: Policy) -> Comparison:
    from holdfast.journal.store import RunFilter
    from holdfast.people.past import past_calls, plan_of
    from holdfast.people.replay import Replay

    async with reading(args) as store:
        replay = Replay(policy, await store.review_history(0.0))
        for row in await store.runs(RunFilter(plan=args.plan, limit=args.limit)):
            replay.run(past_calls(await plan_of(store, row), await store.entries(row.run)))
        return replay.comparison()


def _comparison_data(found: Comparison) -> dict[str, object]:
    data = values(found)
    data["rules"] = {name: {"before": before, "after": after} for name, (before, after) in found.rules.items()}
    data["missed"] = [values(one) for one in found.missed]
    return data


def _comparison(found: Comparison, out: Output) -> str:
    more = found.after - found.before
    change = "as many" if not more else f"{abs(more)} {'more' if more > 0 else 'fewer'}"
    lines = [
        f"{found.runs} runs with {found.calls} calls",
        f"reviews by rules: {found.before} as it went, {found.after} under the new policy: {change}",
        f"asked now and not before: {found.gained} calls; before and not now: {found.lost}",
    ]
    if found.rules:
        rows = [(name, str(before), str(after)) for name, (before, after) in found.rules.items()]
        lines += ["", table(("RULE", "BEFORE", "AFTER"), rows, out.width, out.paint)]
    return "\n".join([*lines, "", *_missed(found, out)])


def _missed(found: Comparison, out: Output) -> Sequence[str]:
    overrides = found.caught + len(found.missed)
    if not found.missed:
        return [f"every override that a rule led to would be asked for again ({overrides})"]
    rows = [(one.review, one.tool, ", ".join(one.rules), one.decision, one.by) for one in found.missed[:_SHOWN]]
    said = f"{len(found.missed)} of {overrides} overrides would have been missed:"
    more = [f"and {len(found.missed) - _SHOWN} more (--json has all)"] if len(found.missed) > _SHOWN else []
    return [said, "", table(("REVIEW", "TOOL", "RULES", "DECIDED", "BY"), rows, out.width, out.paint), *more]


COMMANDS = {
    "policy show": Command(
        run=_show,
        arguments=_show_arguments,
        examples=("holdfast policy show", "holdfast policy show policy-new.yaml --json"),
    ),
    "policy replay": Command(
        run=_replay,
        arguments=_replay_arguments,
        examples=("holdfast policy replay policy-new.yaml",),
        details="Rules of the new policy are evaluated on every call in the journals, with the same draws as in the "
        "runs. An estimate: what people would have answered is unknown, and queues are taken to have room.",
    ),
}
