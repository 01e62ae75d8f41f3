"""One tale for each plan of plans/: how it is run, what goes wrong, and what people say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from tests.cli.conftest import Project
from tests.plans.airline import airline
from tests.plans.stage import PLANS, service
from tests.plans.test_follow_up_mail import process

EVERY: Final = "*"
"""Answers whatever is asked at any other address."""

LOST: Final = [{"drop_after": True}]
Answers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Tale:
    """How a plan is played.

    Args:
        inputs: as `name=value`.
        answers: by the address that asks, the command and the words behind the review.
        others: who else has to say the same.
        faults: of its service.
        variable: by which its tools find the service; empty: its tools are in plans/tools.
        setup: what is PUT to the service before.
        env: more of the environment of the first process.
        ends: the run's status.
    """

    inputs: tuple[str, ...] = ()
    answers: Answers = field(default_factory=dict)
    others: tuple[str, ...] = ()
    faults: Mapping[str, Any] = field(default_factory=dict)
    variable: str = ""
    setup: tuple[str, Mapping[str, object]] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    ends: str = "succeeded"


TALES: Final[Mapping[str, Tale]] = {
    "hello": Tale(inputs=("name=Ana",)),
    "retry": Tale(),
    "fallback": Tale(),
    "fan-out": Tale(),
    "saga": Tale(ends="failed"),
    "polling": Tale(),
    "approval": Tale(answers={"pay": ("decide", "reject", "--by", "ana", "--reason", "not this month")}),
    "planned": Tale(answers={EVERY: ("decide", "approve", "--by", "fay")}),
    "strategies": Tale(env={"LEDGER_CRASH": "6"}, answers={"wire": ("decide", "retry", "--by", "ana")}),
    "account-provisioning": Tale(
        variable="ACCOUNTS_URL", inputs=("login=ada",), faults={"POST /letters": [{"status": 422}]}, ends="failed"
    ),
    "expense-approval": Tale(
        variable="BOOKS_URL", inputs=("receipt=hotel-640",), faults={"POST /bookings": LOST, "POST /transfers": LOST},
        answers={"pay": ("decide", "approve", "--by", "mia")}, others=("max",),
    ),
    "incident-runbook": Tale(
        variable="PLATFORM_URL", inputs=("app=checkout",), setup=("/apps/checkout/trouble", {"cause": "mystery"}),
        faults={"POST /incidents": LOST, "POST /apps/*": LOST},
        answers={"mend/by_hand/whoever_is_on_call": ("decide", "output", "--value", '"sorry, no"', "--by", "olga")},
    ),
    "refund": Tale(
        variable="SHOP_URL", inputs=("order=A5", "complaint=broken"), faults={"POST /refunds": LOST},
        answers={"pay": ("decide", "edit", "--args", '{"order": "A5", "amount": 250}', "--by", "ana")},
    ),
    "research-and-write": Tale(
        variable="WEB_URL", inputs=("topic=lamps",), faults={"POST /posts": LOST, "GET /pages/*": [{"status": 503}]},
        answers={"publish": ("decide", "approve", "--by", "eda"), "announce": ("decide", "reject", "--by", "eda")},
    ),
    "follow-up-mail": Tale(answers={
        EVERY: ("decide", "happened", "--value", '{"message_id": "<looked-up@mail>"}', "--by", "olga"),
    }),
    "book-flight": Tale(
        inputs=("destination=NYC", "date=2026-12-01", "origin=SFO"),
        answers={
            "~facts/airport/ask": ("answer", "JFK"), "pick": ("answer", "F1"),
            "book/next_best/offer": ("answer", "F4"), "book/next_best/rebook": ("decide", "approve", "--by", "ana"),
        },
        faults={"search": [{"status": 503}], "book": [{"sell_out": ["F1", "F2", "F3"]}, {"drop_after": True}]},
    ),
}  # fmt: skip


@contextmanager
def played(name: str, folder: Path) -> Iterator[tuple[Project, str]]:
    """A plan's tale, told to its end in an empty folder: where `holdfast` can be asked about it, and the run."""
    tale, home = TALES[name], Project(folder / "home")
    home.path.mkdir()
    own = PLANS / name
    if (own / "policy.yaml").exists():
        home.write("policy.yaml", (own / "policy.yaml").read_text(encoding="utf-8"))
    with _world(name, tale, folder) as env:
        tools = own / "tools" if own.exists() else PLANS / "tools"
        plan = own / f"{name}.yaml" if own.exists() else PLANS / f"{name}.yaml"
        words = [word for said in tale.inputs for word in ("--input", said)]
        home("run", str(plan), *words, "--tools", str(tools), "--task", "told", "--json", **env, **tale.env)
        (row,) = (row for row in home("runs", "--json").json if not row["parent"])
        _answer(home, tale, ("resume", row["run"], "--tools", str(tools)), env)
        ended = home("show", row["run"], "--json").json
        assert tale.ends == ended["status"], (name, ended["status"], ended["waiting"], ended["result"]["error"])
        yield home, row["run"]


def _answer(home: Project, tale: Tale, resume: tuple[str, ...], env: Mapping[str, str]) -> None:
    for _ in range(12):
        for review in home("inbox", "--json").json:
            command, *words = tale.answers.get(review["address"]) or tale.answers[EVERY]
            for said in (words, *([*words[:-1], name] for name in tale.others)):
                done = home(command, review["id"], *said)
                assert 0 == done.code, done.err
        done = home(*resume, "--json", **env)
        if done.code != 3:
            return


@contextmanager
def _world(name: str, tale: Tale, folder: Path) -> Iterator[dict[str, str]]:
    maker: Callable[..., Any] = _WORLDS.get(name, _service if tale.variable else _ledger)
    with maker(name, tale, folder) as env:
        yield env


@contextmanager
def _ledger(_name: str, _tale: Tale, folder: Path) -> Iterator[dict[str, str]]:
    yield {"LEDGER_DB": str(folder / "ledger.db")}


@contextmanager
def _service(name: str, tale: Tale, folder: Path) -> Iterator[dict[str, str]]:
    with service(PLANS / name / "service.py", folder / "service.db", tale.faults) as url:
        if tale.setup is not None:
            assert httpx.put(f"{url}{tale.setup[0]}", json=tale.setup[1]).is_success
        yield {tale.variable: url}


@contextmanager
def _airline(_name: str, tale: Tale, folder: Path) -> Iterator[dict[str, str]]:
    with airline(folder, tale.faults) as desk:
        yield {"AIRLINE_URL": str(desk.base_url)}


@contextmanager
def _mails(_name: str, _tale: Tale, folder: Path) -> Iterator[dict[str, str]]:
    mails = folder / "mails.db"
    with process("mailserver.py", folder, "--db", str(mails), "--lose", "1") as smtp:
        crm = {"MAILS_DB": str(mails), "CRM_LAG": "0.4"}
        with process("service.py", folder, "--db", str(folder / "crm.db"), **crm) as port:
            yield {"CRM_URL": f"http://127.0.0.1:{port}", "SMTP_URL": f"127.0.0.1:{smtp}", "MAILS_DB": str(mails)}


_WORLDS: Final[Mapping[str, Callable[..., Any]]] = {"book-flight": _airline, "follow-up-mail": _mails}
