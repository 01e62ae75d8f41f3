"""Notification by a program of the installation's own, which gets the review as JSON on its standard input."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from holdfast.people.notify.message import Message, Undelivered

TIMEOUT: Final = 30.0
_SHOWN: Final = 200


async def run(argv: Sequence[str], message: Message) -> None:
    """Run a program, never a shell; exit code 0 means that it is done. Raises Undelivered."""
    data = json.dumps({"id": message.id, **message.data}, ensure_ascii=False).encode()
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise Undelivered(f"`{argv[0]}` cannot be started: {getattr(error, 'strerror', None) or error}") from None
    try:
        async with asyncio.timeout(TIMEOUT):
            _, said = await process.communicate(data)
    except TimeoutError:
        raise Undelivered(f"`{argv[0]}` took longer than {TIMEOUT:g} s") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        text = said.decode(errors="replace").strip()[-_SHOWN:]
        raise Undelivered(f"`{argv[0]}` ended with {process.returncode}{f': {text}' if text else ''}")
