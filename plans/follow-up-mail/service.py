"""A CRM whose view of the world lags behind: it shows a mail some time after the mail server accepted it.

    MAILS_DB=mails.db CRM_LAG=5 python plans/follow-up-mail/service.py --db crm.db --port 8753

    GET  /leads/due           leads that, as far as the CRM knows, nobody has written to: [{"id", "name", "email"}]
    GET  /leads/{lead}/contact  {"at": ISO 8601 or null}: the last mail to a lead that the CRM knows of

It reads the mail server's file (`MAILS_DB`), and sees nothing in it that is younger than `CRM_LAG` seconds.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from counterpart import Answer, Refused, Request, Service

LEADS = {f"L{number}": name for number, name in enumerate(("Ada", "Ben", "Cleo", "Dan", "Eve", "Fay", "Gil"), start=1)}

service = Service("crm", "", port=8753)


@service.on("GET", "/leads/due")
def due(_db: sqlite3.Connection, _request: Request) -> Answer:
    """Whom to write to, as far as the CRM knows."""
    return 200, [
        {"id": lead, "name": name, "email": _email(lead)} for lead, name in LEADS.items() if _contact(lead) is None
    ]


@service.on("GET", "/leads/{lead}/contact")
def contact(_db: sqlite3.Connection, _request: Request, lead: str) -> Answer:
    """When somebody wrote to a lead last, as far as the CRM knows."""
    if lead not in LEADS:
        raise Refused(404, f"there is no lead {lead}: they are {', '.join(LEADS)}")
    at = _contact(lead)
    return 200, {"at": None if at is None else datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")}


def _email(lead: str) -> str:
    return f"{lead.lower()}@example.org"


def _contact(lead: str) -> float | None:
    """The last mail that is old enough to be seen."""
    seen = time.time() - float(os.environ.get("CRM_LAG", "5"))
    with closing(sqlite3.connect(os.environ["MAILS_DB"], timeout=10)) as mails:
        found = mails.execute("SELECT max(at) FROM mails WHERE recipient = ? AND at <= ?", (_email(lead), seen))
        at: float | None = found.fetchone()[0]
        return at


if __name__ == "__main__":
    service.main()
