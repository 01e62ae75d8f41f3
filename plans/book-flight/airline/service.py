"""A small real airline: an HTTP service on loopback with a database of its own. Standard library only.

    python plans/book-flight/airline/service.py --db airline.db --port 8747

It honours `Idempotency-Key`, sells out, and goes wrong on demand (`faults.py` says how). What it offers:

    GET    /flights?origin=SFO&destination=JFK&date=2026-12-01      flights with seats, cheapest first
    GET    /partner/search?from=SFO&to=JFK&day=2026-12-01           the same, through a partner
    GET    /flown?passenger=kim&city=NYC                            how often from and to which airports
    POST   /bookings        {"flight", "passenger", "price"}        201; 409 sold out; 412 other price; 422 key reused
    GET    /bookings        [?key=]                                 {"count", "bookings"}
    DELETE /bookings/B1                                             cancels; again is the same as once
    POST   /holds/release   {"user"}                                off every waiting list
    POST   /messages        {"to", "subject", "body"}               a message to a traveller
    POST   /admin/faults    {"book": [{"drop_after": true}]}        what goes wrong next
    GET    /healthz
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from desk import Desk
from faults import Faults
from records import Records
from wire import serve


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="A small airline on loopback.")
    parser.add_argument("--db", default="airline.db", help="the airline's database (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8747, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--port-file", type=Path, help="where to write the port once it listens")
    parser.add_argument("--faults", default="{}", help="what goes wrong: JSON, or a file with JSON")
    parser.add_argument("--seed", type=int, default=0, help="for random faults (default: %(default)s)")
    return parser.parse_args()


def script(given: str) -> Mapping[str, Any]:
    """Faults as JSON text or in a file."""
    text = given if given.lstrip().startswith("{") else Path(given).read_text(encoding="utf-8")
    return dict(json.loads(text))


async def main(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    faults, records = Faults(options.seed), Records(options.db)
    faults.script(script(options.faults))
    handle = Desk(records, faults).handle
    server = await asyncio.start_server(partial(serve, handle=handle), "127.0.0.1", options.port)
    announce(server.sockets[0].getsockname()[1], options.port_file)
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await stop.wait()
    server.close()
    records.close()


def announce(port: int, port_file: Path | None) -> None:
    """Tell the port: on stdout, and in a file that is either absent or complete."""
    sys.stdout.write(f"airline: http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    if port_file is not None:
        draft = port_file.with_name(port_file.name + ".part")
        draft.write_text(str(port), encoding="ascii")
        draft.replace(port_file)


if __name__ == "__main__":
    asyncio.run(main(arguments()))
