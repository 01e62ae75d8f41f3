"""The plans that are killed at every moment, and what the world has to look like afterwards."""

from __future__ import annotations

from pathlib import Path

from tests.crash.trial import Scenario

ROOT = Path(__file__).parents[2]
PLANS, OWN, LEDGER = ROOT / "plans", Path(__file__).parent / "plans", ROOT / "plans" / "tools" / "ledger.py"

LAW = """
rules:
  - name: law
    when: args.amount > 100
    to: law
    approvals: 2
    timeout: 20ms
    on_timeout: {escalate: {to: judges, timeout: 1h}}
  - {name: half, when: args.amount > 0, to: spot, sample: 0.5, timeout: 1h}
queues:
  law: {members: [ana, ben, cy]}
  judges: {members: [ana, ben, cy]}
  spot: {}
  finance: {}
  chiefs: {}
  board: {members: [ana, ben, cy]}
  audit: {}
"""

SCENARIOS = {
    # The plans that people learn from, as they are.
    "hello": Scenario(plan=PLANS / "hello.yaml", tools=PLANS / "tools" / "hello.py", effects={}),
    "retry": Scenario(plan=PLANS / "retry.yaml", tools=LEDGER, effects={"bank.shaky_transfer": 1}),
    "fallback": Scenario(plan=PLANS / "fallback.yaml", tools=LEDGER, effects={"bank.transfer": 1}),
    "fan-out": Scenario(
        plan=PLANS / "fan-out.yaml", tools=LEDGER, effects={"bank.transfer": 5}, concurrent=True
    ),
    "saga": Scenario(
        plan=PLANS / "saga.yaml", tools=LEDGER, effects={"trip.reserve": 2, "trip.release": 2}, status="failed"
    ),
    "polling": Scenario(plan=PLANS / "polling.yaml", tools=LEDGER, effects={"job.start": 1},
                        natural=frozenset({"job.start"})),
    "approval": Scenario(
        plan=PLANS / "approval.yaml", tools=LEDGER, effects={"bank.transfer": 1}, answers={"pay": ("approve", None)}
    ),
    "planned": Scenario(
        plan=PLANS / "planned.yaml", tools=PLANS / "tools", effects={"bank.transfer": 2},
        answers={"pay_ada": ("approve", None), "pay_ben": ("approve", None)},
    ),
    "strategies": Scenario(
        plan=PLANS / "strategies.yaml", tools=LEDGER, natural=frozenset({"bank.set_limit"}),
        effects={"bank.transfer": 1, "bank.set_limit": 1, "bank.wire": 1, "bank.cheque": 1}, doubtful=True,
    ),
    # The same in bad weather: every first answer is lost after its effect, or every first call turned away unclearly.
    "strategies, answers lost": Scenario(
        plan=PLANS / "strategies.yaml", tools=LEDGER, natural=frozenset({"bank.set_limit"}),
        effects={"bank.transfer": 1, "bank.set_limit": 1, "bank.wire": 1, "bank.cheque": 1}, doubtful=True,
        lose=("bank.transfer", "bank.set_limit", "bank.wire", "bank.cheque"),
    ),
    "fan-out, calls refused": Scenario(
        plan=PLANS / "fan-out.yaml", tools=LEDGER, effects={"bank.transfer": 5}, refuse=("bank.transfer",),
        concurrent=True,
    ),
    "saga, answers lost": Scenario(
        plan=PLANS / "saga.yaml", tools=LEDGER, effects={"trip.reserve": 2, "trip.release": 2}, status="failed",
        lose=("trip.reserve", "trip.release"),
    ),
    # Shapes that those do not have.
    "unknown-first": Scenario(
        plan=OWN / "unknown-first.yaml", tools=LEDGER, effects={"bank.transfer": 1, "bank.wire": 2},
        lose=("bank.transfer", "bank.wire"),
    ),
    "unseen": Scenario(
        plan=OWN / "unseen.yaml", tools=LEDGER, concurrent=True, natural=frozenset({"job.start"}),
        effects={"job.start": 1, "bank.transfer": 1, "bank.wire": 2},
    ),
    "later": Scenario(plan=OWN / "later.yaml", tools=OWN / "later.py", effects={"bank.order": 2}),
    "branches": Scenario(
        plan=OWN / "branches.yaml", tools=LEDGER, status="failed", concurrent=True,
        effects={"bank.transfer": 2, "bank.refund": 2, "trip.reserve": 1, "trip.release": 1, "bank.wire": 1},
    ),
    # Two people for each decision, the policy's included, nobody in time at first; and a spot check of half the calls.
    "four-eyes": Scenario(
        plan=OWN / "four-eyes.yaml", tools=LEDGER, effects={"bank.transfer": 2, "bank.wire": 1},
        answers={"look": ("approve", None), "pay": ("approve", None), "check": ("approve", None)}, policy=LAW,
        concurrent=True,
    ),
    # A fact is corrected when the run asks: what rests on it is undone and made anew, the rest stands.
    "corrections": Scenario(
        plan=OWN / "corrections.yaml", tools=LEDGER, answers={"sure": ("choose", "yes")},
        corrections={"house": "inn"}, after="sure",
        effects={"trip.reserve": 2, "trip.release": 1, "bank.transfer": 7, "bank.refund": 2, "bank.wire": 1},
    ),
    "corrections, answers lost": Scenario(
        plan=OWN / "corrections.yaml", tools=LEDGER, answers={"sure": ("choose", "yes")},
        corrections={"house": "inn"}, after="sure",
        lose=("trip.reserve", "trip.release", "bank.transfer", "bank.refund", "bank.wire"),
        effects={"trip.reserve": 2, "trip.release": 1, "bank.transfer": 7, "bank.refund": 2, "bank.wire": 1},
    ),
    # Runs that wait for runs: in a row, in a loop, stopped by a join, undone by their parent.
    "children": Scenario(
        plan=OWN / "children.yaml", tools=LEDGER, concurrent=True,
        effects={"bank.transfer": 4, "bank.refund": 1, "bank.wire": 5, "trip.reserve": 1},
    ),
    # The plan of a child is made in the run: one text is refused, the next one makes another.
    "made": Scenario(
        plan=OWN / "made.yaml", tools=LEDGER, effects={"bank.transfer": 1, "bank.wire": 2},
    ),
    # A trigger of the parent guards what its child calls.
    "guarded": Scenario(
        plan=OWN / "guarded.yaml", tools=LEDGER, effects={"bank.transfer": 1, "bank.wire": 1},
        answers={"pay": ("approve", None)},
    ),
    "orphans": Scenario(
        plan=OWN / "orphans.yaml", tools=LEDGER, status="failed",
        effects={"bank.transfer": 1, "bank.refund": 1, "bank.wire": 1},
    ),
    "orphans, answers lost": Scenario(
        plan=OWN / "orphans.yaml", tools=LEDGER, status="failed", lose=("bank.transfer", "bank.wire", "bank.refund"),
        effects={"bank.transfer": 1, "bank.refund": 1, "bank.wire": 1},
    ),
}  # fmt: skip
