"""Servers on loopback that notifications go to: one for webhooks, one for mails."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Hooks:
    """An HTTP server that keeps what it was sent. `answers`: status codes for the next posts; then 204."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """Where webhooks are sent."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {name.lower(): text for line in head.splitlines()[1:] if line for name, text in [line.split(": ", 1)]}
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.append((headers, json.loads(body)))
        self.bodies.append(body)
        self.arrived.set()
        if self.held is not None:
            await self.held.wait()
        code = self.answers.pop(0) if self.answers else 204
        writer.write(f"HTTP/1.1 {code} Said\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@dataclass
class Letters:
    """An SMTP server that keeps what was handed in. `refusals`: replies to the next recipients; then they are taken."""

    port: int = 0
    refusals: list[str] = field(default_factory=list)
    signed_in: list[tuple[str, str]] = field(default_factory=list)
    got: list[tuple[str, list[str], str]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, recipients = "", list[str]()

        def say(reply: str) -> None:
            writer.write(f"{reply}\r\n".encode())

        say("220 letters ready")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ")[0].upper()
            match verb:
                case "EHLO":
                    say("250-letters\r\n250 AUTH PLAIN")
                case "AUTH":
                    _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
                    self.signed_in.append((user, password))
                    say("235 welcome")
                case "MAIL":
                    sender, recipients = line.split("<")[1].split(">")[0], []
                    say("250 go on")
                case "RCPT":
                    if self.refusals:
                        say(self.refusals.pop(0))
                    else:
                        recipients.append(line.split("<")[1].split(">")[0])
                        say("250 go on")
                case "DATA":
                    say("354 write")
                    text = (await reader.readuntil(b"\r\n.\r\n")).decode()
                    self.got.append((sender, recipients, text))
                    say("250 taken")
                case "QUIT":
                    say("221 bye")
                    break
                case _:
                    say("250 as you like")
        writer.close()


@asynccontextmanager
async def on_loopback(counterpart: Any) -> AsyncIterator[Any]:
    """A counterpart that listens until the block ends: on a free port, or again on the one that it had."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):  # who sent it has died
            await counterpart.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", counterpart.port)
    counterpart.port = server.sockets[0].getsockname()[1]
    try:
        yield counterpart
    finally:
        server.close()
