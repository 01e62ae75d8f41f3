"""Notifications: through an outbox, to real servers on loopback, at least once, given up in the end and shown."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.config import MailServer
from holdfast.journal.outbox import Notice
from holdfast.journal.store import Answer, Store
from holdfast.people.messenger import CLAIM, TRIES, Messenger, pause_after
from holdfast.people.notify.webhook import signature
from holdfast.people.policy.load import read_book
from tests.journal.making import NOON, begin, closed, opened, turn
from tests.people.counterparts import Hooks, Letters, on_loopback

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Store]:
    """A store on disk in which the boss is asked one question."""
    from holdfast.journal.open import open_store

    async with open_store(f"sqlite:{tmp_path / 'runs.db'}", durability="process") as opened_store:
        await begin(opened_store)
        await opened_store.append(turn(changes=[opened("r1.1", to="boss", due=NOON + 3600)]))
        yield opened_store


class Clock:
    """The time, which stands still."""

    def __init__(self) -> None:
        self.at = NOON + 10

    def __call__(self) -> float:
        return self.at


def messenger(store: Store, notify: str, clock: Clock | None = None, mail: MailServer | None = None) -> Messenger:
    """One that tells the boss in these ways."""
    book = read_book(f"queues: {{boss: {{notify: {notify}}}}}")
    return Messenger(store, lambda: book, mail=mail, clock=clock or Clock(), secrets={})


async def settled(store: Store) -> list[tuple[str, str]]:
    """State and error of every notice."""
    return [(notice.state, notice.error) for notice in await store.notices()]


async def test_a_webhook_gets_the_review_signed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The body is the review as JSON; who knows the secret can tell that it comes from here."""
    monkeypatch.setenv("HOOK", "s3cret")
    async with on_loopback(Hooks()) as hooks:
        sender = messenger(store, f"[{{webhook: '{hooks.url}', secret: env:HOOK}}]")
        assert (1, 0) == (await sender.round(), await sender.round())
    ((headers, said),) = hooks.got
    assert ("review.opened", "r1.1", "boss", ["approve", "reject"], "2025-06-15T16:06:40Z") == tuple(
        said[key] for key in ("type", "review", "queue", "decisions", "due")
    )
    assert str(int(NOON + 10)) == headers["webhook-timestamp"]
    expected = signature("s3cret", headers["webhook-id"], int(NOON + 10), hooks.bodies[0])
    assert expected == headers["webhook-signature"]
    assert [("sent", "")] == await settled(store)


def test_the_signature_is_that_of_the_specification() -> None:
    """Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over id, timestamp and body, joined by dots."""
    import base64
    import hashlib
    import hmac

    code = hmac.digest(b"key", b'msg_1.1700000000.{"a":1}', hashlib.sha256)
    assert f"v1,{base64.b64encode(code).decode()}" == signature("key", "msg_1", 1700000000, b'{"a":1}')


async def test_a_mail_is_handed_in(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """With question, deadline and the command that shows all; signed in where the server wants it."""
    monkeypatch.setenv("PW", "pass")
    async with on_loopback(Letters()) as letters:
        server = MailServer(
            host="127.0.0.1",
            port=letters.port,
            sender="hf@example.org",
            user="hf",
            password="env:PW",  # noqa: S106 - a reference
            security="none",
        )
        assert 1 == await messenger(store, "[{mail: boss@example.org}]", mail=server).round()
    ((sender, recipients, text),) = letters.got
    assert ("hf@example.org", ["boss@example.org"], [("hf", "pass")]) == (sender, recipients, letters.signed_in)
    for part in (
        "Subject: [boss] approve at pay",
        "holdfast inbox r1.1",
        "Until 2025-06-15 16:06:40 UTC",
        "Message-ID: <r1.1-",
    ):
        assert part in text
    assert [("sent", "")] == await settled(store)


async def test_a_refused_mail_is_handed_in_again_as_the_same(store: Store) -> None:
    """The second copy has the same id, so a mail program shows one."""
    clock = Clock()
    async with on_loopback(Letters(refusals=["450 later"])) as letters:
        server = MailServer(host="127.0.0.1", port=letters.port, sender="hf@example.org", security="none")
        sender = messenger(store, "[{mail: boss@example.org}]", clock, server)
        await sender.round()
        ((state, error),) = await settled(store)
        assert ("waiting", True) == (state, "450" in error)
        assert 0 == await sender.round()
        clock.at += pause_after(1)
        assert 1 == await sender.round()
    assert (1, [("sent", "")]) == (len(letters.got), await settled(store))


async def test_a_command_gets_the_review_on_its_standard_input(store: Store, tmp_path: Path) -> None:
    """As JSON; what it is called with is in the policy, no shell reads it."""
    script = tmp_path / "tell.py"
    script.write_text("import sys; open(sys.argv[1], 'w').write(sys.stdin.read())")
    out = tmp_path / "a file; rm -rf"
    await messenger(store, json.dumps([{"command": [sys.executable, str(script), str(out)]}])).round()
    said = json.loads(out.read_text())
    assert ("r1.1", True) == (said["review"], said["id"].startswith("r1.1-"))
    assert [("sent", "")] == await settled(store)


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        ("[{webhook: 'http://127.0.0.1:1/x'}]", "ConnectError"),
        ("[{webhook: 'http://127.0.0.1:1/x', secret: env:HOLDFAST_NO_SUCH}]", "HOLDFAST_NO_SUCH is not set"),
        ("[{mail: boss@example.org}]", "no server for mails is configured"),
        ("[{command: [/no/such/program]}]", "cannot be started: No such file"),
        ("[{command: [sh, -c, 'echo why >&2; exit 3']}]", "ended with 3: why"),
    ],
)
async def test_what_fails_says_why_and_is_tried_again(store: Store, ways: str, said: str) -> None:
    """Nothing is lost: the notice waits for its next try."""
    await messenger(store, ways).round()
    ((state, error),) = await settled(store)
    assert ("waiting", True) == (state, said in error), error


async def test_it_is_given_up_in_the_end(store: Store) -> None:
    """After pauses that double up to an hour, eight hours in all."""
    clock = Clock()
    sender = messenger(store, "[{command: [/no/such/program]}]", clock)
    begun, tries = clock.at, 0
    while (await store.notices(state="waiting")) or not tries:
        tries += await sender.round()
        clock.at += 3600
    assert (TRIES, "given_up") == (tries, (await store.notices())[0].state)
    assert [5.0, 10.0, 3600.0] == [pause_after(1), pause_after(2), pause_after(TRIES)]
    assert clock.at > begun
    assert 0 == await sender.round()


async def test_a_hook_that_is_gone_is_given_up_at_once(store: Store) -> None:
    """410 says that nobody is there any more; 500 is tried again."""
    clock = Clock()
    async with on_loopback(Hooks(answers=[500, 410])) as hooks:
        sender = messenger(store, f"[{{webhook: '{hooks.url}'}}]", clock)
        await sender.round()
        assert [("waiting", "answered 500")] == await settled(store)
        clock.at += 5
        await sender.round()
        assert [("given_up", "answered 410")] == await settled(store)
        assert hooks.got[0][0]["webhook-id"] == hooks.got[1][0]["webhook-id"]


async def test_nobody_is_told_of_what_was_decided_meanwhile(store: Store) -> None:
    """A notice that waits for its next try is dropped when the review does not need anybody any more."""
    clock = Clock()
    sender = messenger(store, "[{command: [/no/such/program]}]", clock)
    await sender.round()
    await store.answer("r1.1", Answer(decision="approve"), NOON + 20)
    clock.at += 5
    await sender.round()
    assert [("dropped", "it was decided before")] == await settled(store)


async def test_a_channel_that_left_the_policy_is_dropped(store: Store) -> None:
    """The policy as it is now decides where anything is sent."""
    clock = Clock()
    await messenger(store, "[{command: [/no/such/program]}]", clock).round()
    clock.at += 5
    await messenger(store, "[{command: [/another/program]}]", clock).round()
    assert [("dropped", "the policy has no such channel any more")] == await settled(store)


async def test_a_policy_that_tells_nobody_leaves_the_outbox_alone(store: Store) -> None:
    """When it names channels later, people learn of what is still open."""
    assert 0 == await Messenger(store, lambda: read_book("queues: {boss: {}}")).round()
    assert ["r1.1"] == await store.untold()


async def test_two_processes_do_not_send_the_same_notice(store: Store) -> None:
    """The one that claimed it has two minutes; after its death another one sends it."""
    clock = Clock()
    async with on_loopback(Hooks()) as hooks:
        book = read_book(f"queues: {{boss: {{notify: [{{webhook: '{hooks.url}'}}]}}}}")
        await store.plan_notices("r1.1", [f"webhook {hooks.url}"], NOON + 5)
        died: list[Notice] = await store.claim_notices(clock.at, clock.at + CLAIM)
        other = Messenger(store, lambda: book, clock=clock)
        assert (1, 0) == (len(died), await other.round())
        clock.at += CLAIM
        assert (1, 1) == (await other.round(), len(hooks.got))


async def test_the_next_queue_is_told_when_nobody_decided_in_time(store: Store) -> None:
    """An escalation is a review of its own; what was still to be sent to the first queue is dropped."""
    clock = Clock()
    async with on_loopback(Hooks()) as hooks:
        ways = (
            f"{{boss: {{notify: [{{command: [/no/such/program]}}]}}, board: {{notify: [{{webhook: '{hooks.url}'}}]}}}}"
        )
        book = read_book(f"queues: {ways}")
        sender = Messenger(store, lambda: book, clock=clock)
        assert 1 == await sender.round()
        await store.append(turn(after=2, changes=[closed("escalated"), opened("r1.2", to="board")]))
        clock.at += pause_after(1)
        assert 2 == await sender.round()
    assert [("board", "sent"), ("boss", "dropped")] == [(one.queue, one.state) for one in await store.notices()]
    assert ["r1.2"] == [said["review"] for _, said in hooks.got]
