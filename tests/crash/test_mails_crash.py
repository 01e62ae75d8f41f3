"""The 47 e-mails, killed at every position of the journal and after every mail: one mail to every lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.crash.killing import AFTER, killed_everywhere
from tests.crash.scenarios import PLANS
from tests.crash.trial import Lives, Scenario, Trial
from tests.crash.worlds import Effect
from tests.plans.test_follow_up_mail import LEADS, Office, office


class Mails:
    """The mail server, as its database tells it: mails have no keys, so the lead stands for the key."""

    def __init__(self, at: Office) -> None:
        self._at = at

    def forget(self) -> None:
        """Let nothing have been sent yet."""
        self._at.forget()

    def env(self) -> dict[str, str]:
        """See `World`."""
        return {name: self._at.env[name] for name in ("CRM_URL", "SMTP_URL")}

    def effects(self) -> Counter[Effect]:
        """See `World`."""
        return Counter(("mail.send", _key(lead)) for lead, _ in self._at.rows())

    def state(self) -> object:
        """See `World`."""
        return sorted(self._at.rows())

    def value(self, effect: Effect) -> object:
        """See `World`."""
        return {"message_id": next(message for lead, message in self._at.rows() if _key(lead) == effect[1])}

    def named(self, output: object) -> object:
        """See `World`."""
        return output


def _key(lead: str) -> str:
    return f"follow-up:autumn:{lead.partition('@')[0].upper()}"


def test_mails_killed_at_every_position(
    tmp_path: Path, lives: Lives, hastened: Callable[[Path], Path], record_property: Callable[..., None]
) -> None:
    """A mail server that nobody can ask, a CRM that lags: whoever dies where, every lead gets one mail."""
    folder = PLANS / "follow-up-mail"
    (tools,) = (folder / "tools").glob("*.py")
    scenario = Scenario(
        plan=hastened(folder / "follow-up-mail.yaml"), tools=tools, effects={"mail.send": len(LEADS)}, doubtful=True,
        concurrent=True,
    )  # fmt: skip
    with office(tmp_path, lag=0.05) as at:
        world = Mails(at)

        def trial(*about: Any) -> Trial:
            world.forget()
            return Trial(*about, world)

        calm = killed_everywhere(scenario, tmp_path, lives, trials=trial, sides=AFTER)
    assert {"after mail.send", "after append"} <= {what for _, what, _ in calm.moments()}
    record_property("kills", calm.died)
