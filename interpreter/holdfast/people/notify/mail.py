"""Notification by mail."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from holdfast.people.notify.message import Message, Undelivered

if TYPE_CHECKING:
    from email.message import EmailMessage

    from holdfast.config import MailServer

TIMEOUT: Final = 10.0


async def mail(address: str, message: Message, server: MailServer | None, password: str = "") -> None:
    """Hand a mail in. Raises Undelivered.

    Args:
        address: whom it is for.
        message: what is said. Its id is the mail's, so that a second copy is known as such.
        server: where it is handed in.
        password: of the server's user.
    """
    if server is None:
        raise Undelivered("no server for mails is configured: [people.mail] in holdfast.toml names one")
    await asyncio.to_thread(_hand_in, _letter(address, message, server.sender), server, password)


def _letter(address: str, message: Message, sender: str) -> EmailMessage:
    from email.message import EmailMessage

    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, address, message.subject
    letter["Message-ID"] = f"<{message.id}@holdfast>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text)
    return letter


def _hand_in(letter: EmailMessage, server: MailServer, password: str) -> None:
    import smtplib
    import ssl

    try:
        if server.security == "tls":
            link: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context()
            )
        else:
            link = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        with link:
            if server.security == "starttls":
                link.starttls(context=ssl.create_default_context())
            if server.user:
                link.login(server.user, password)
            link.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(f"{type(error).__name__}: {error}") from None
