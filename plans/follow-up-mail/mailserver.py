"""A mail server: SMTP on loopback, every mail that was accepted in one SQLite file.

    python plans/follow-up-mail/mailserver.py --db mails.db --port 8025

It does what any mail server does: accepts a mail, and accepts it again when it is sent again. Nothing in SMTP tells a
repeated mail from a new one. What was accepted is in the table `mails` when the client hears `250`; `--lose N` accepts
the first N mails and hangs up before it says so.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sqlite3
import time
from contextlib import suppress
from email import message_from_bytes, policy
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS mails (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, recipient TEXT NOT NULL, message_id TEXT NOT NULL, subject TEXT NOT NULL)
"""


class MailServer:
    """One server.

    Args:
        db: where accepted mails go.
        lose: how many mails are accepted without the client hearing of it.
    """

    def __init__(self, db: Path, lose: int) -> None:
        self._db = sqlite3.connect(db, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(SCHEMA)
        self._lose = lose

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, from its greeting to its end (RFC 5321)."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._session(reader, writer)
        writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipients: list[str] = []
        await _say(writer, "220 mail.example.org ready")
        while line := (await reader.readline()).decode(errors="replace").strip():
            verb = line[:4].upper()
            if verb == "DATA":
                await _say(writer, "354 go on")
                if not self._accept(recipients, await _message(reader)):
                    return
                recipients = []
                await _say(writer, "250 accepted")
            elif verb == "RCPT":
                recipients.append(line.partition("<")[2].partition(">")[0])
                await _say(writer, "250 ok")
            elif verb == "QUIT":
                await _say(writer, "221 bye")
                return
            else:
                await _say(writer, "250 ok" if verb in {"EHLO", "HELO", "MAIL", "RSET", "NOOP"} else "502 unknown")

    def _accept(self, recipients: list[str], text: bytes) -> bool:
        """Keep a mail; whether the client is to hear of it."""
        mail = message_from_bytes(text, policy=policy.default)
        for recipient in recipients:
            self._db.execute(
                "INSERT INTO mails (at, recipient, message_id, subject) VALUES (?, ?, ?, ?)",
                (time.time(), recipient, str(mail["Message-ID"] or ""), str(mail["Subject"] or "")),
            )
        self._lose -= 1
        return self._lose < 0


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(line.encode() + b"\r\n")
    await writer.drain()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """The lines of a mail up to the single dot, with doubled dots undone."""
    lines: list[bytes] = []
    while (line := await reader.readline()) not in {b".\r\n", b""}:
        lines.append(line[1:] if line.startswith(b"..") else line)
    return b"".join(lines)


async def serve(db: Path, port: int, port_file: Path | None, lose: int) -> None:
    """Listen until told to stop."""
    server = await asyncio.start_server(MailServer(db, lose).talk, "127.0.0.1", port)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if port_file is not None:
        part = port_file.with_suffix(".part")
        part.write_text(str(server.sockets[0].getsockname()[1]))
        part.rename(port_file)
    await stop.wait()
    server.close()


def main() -> None:
    """Start it."""
    parser = argparse.ArgumentParser(description="A mail server for the plan follow-up-mail.")
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--port-file", type=Path)
    parser.add_argument("--lose", type=int, default=0)
    args = parser.parse_args()
    asyncio.run(serve(args.db, args.port, args.port_file, args.lose))


if __name__ == "__main__":
    main()
