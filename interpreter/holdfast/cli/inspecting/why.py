"""`holdfast show RUN --why`: the chain of reasons of one outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.afterwards.why import chronicle_of, reasons
from holdfast.cli.session import reading
from holdfast.cli.terminal.output import Output, plain

if TYPE_CHECKING:
    import argparse

    from holdfast.afterwards.reason import Reason


async def tell(args: argparse.Namespace, out: Output) -> None:
    """Say why a step, or the run, came out as it did. Raises InputError, UnknownName."""
    async with reading(args) as store:
        reason = reasons(await chronicle_of(store, args.run), args.why)
    out.show(reason.to_data, lambda: _text(reason, out))


def _text(reason: Reason, out: Output) -> str:
    return "\n".join(
        f"{'  ' * depth}{'- ' if depth else ''}{plain(one.sentence)}{_place(one, out)}" for depth, one in reason.lines()
    )


def _place(reason: Reason, out: Output) -> str:
    return "" if reason.entry is None else f" {out.paint(f'[{reason.entry.seq}]', 'dim')}"
