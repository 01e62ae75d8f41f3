"""Plans that nobody would write, made by chance."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from holdfast.core.policy import Policy, PolicyRule, QueueLimit, policy

TOOLS = ["t.read", "t.web", "t.write", "t.put", "t.mail", "t.slow_mail", "t.once", "t.window"]


class _Ids:
    def __init__(self) -> None:
        self.count = 0

    def new(self) -> str:
        self.count += 1
        return f"s{self.count - 1}"


@st.composite
def plans(draw: st.DrawFn) -> str:
    """A plan as JSON, which is YAML."""
    ids = _Ids()
    plan: dict[str, object] = {
        "holdfast": 1,
        "plan": "demo",
        "inputs": {"n": {"type": "integer"}},
        "on_failure": draw(st.sampled_from(["fail", "compensate", "handoff"])),
        "steps": [{"id": "first", "set": {"x": 1}}, *_block(draw, ids, 0)],
    }
    if draw(st.booleans()):
        plan["cleanup"] = _block(draw, ids, 2)
    if draw(st.booleans()):
        plan["fallback"] = [_step(draw, ids, 2)]
    if draw(st.booleans()):
        plan["abort"] = [{"when": "spent.failures > 3", "compensate": draw(st.booleans())}]
    if draw(st.booleans()):
        plan["budget"] = {"calls": draw(st.integers(1, 6)), "on_exceeded": draw(st.sampled_from(["abort", "ask"]))}
    if draw(st.booleans()):
        plan["deadline"] = "150s"
    if draw(st.integers(0, 2)) > 0:
        plan["facts"] = _facts(draw)
        _read_facts(draw, plan["steps"])
    return json.dumps(plan)


def _facts(draw: st.DrawFn) -> dict[str, object]:
    """Facts of every kind: f may need g, g may need h."""
    facts: dict[str, object] = {"eager": draw(st.integers(0, 3)) == 0}
    for name, other in (("f", "g"), ("g", "h"), ("h", "x")):
        needed = draw(st.sampled_from([f"{{{{ facts.{other} }}}}", "{{ inputs.n }}", None]))
        fact: dict[str, object] = {"given": needed if draw(st.booleans()) else None}
        if draw(st.booleans()):
            fact["infer"] = {"tool": draw(st.sampled_from(["t.read", "t.write", "t.mail"])), "with": {"n": needed}}
        if draw(st.booleans()):
            fact["ask"] = {"question": f"{name}? {needed}", "schema": {}, "timeout": "30s"}
        if draw(st.booleans()):
            fact["cost"] = {"asking": 1, "wrong": draw(st.sampled_from([1, 20]))}
        facts[name] = fact
    return facts


def _read_facts(draw: st.DrawFn, steps: object) -> None:
    """Let steps read facts here and there."""
    assert isinstance(steps, list)
    for step in steps:
        fact = draw(st.sampled_from(["facts.f", "facts.g", "facts.h", "facts.x", "inputs.n"]))
        if "tool" in step:
            step["with"]["f"] = f"{{{{ {fact} }}}}"
        elif "ask" in step:
            step["ask"]["default"] = f"{{{{ {fact} }}}}"
        elif "set" in step and step["id"] != "first":
            step["set"][draw(st.sampled_from(["f", "q"]))] = f"{{{{ {fact} }}}}"
        if "repeat" in step:
            step["repeat"]["until"] = f"index >= 1 or {fact} == 7"
        for trigger in step.get("human", ()):
            if trigger.get("when") == "inputs.n == 1":
                trigger["when"] = f"{fact} == 1"
        for block in [step.get("do", []), step.get("fallback", []), *step.get("parallel", {}).values()]:
            _read_facts(draw, block)
        for case in step.get("switch", ()):
            _read_facts(draw, case["do"])


@st.composite
def policies(draw: st.DrawFn) -> Policy | None:
    """A policy of the installation, or none."""
    if draw(st.integers(0, 2)):
        return None
    conditions = ["", "tool.effect == 'write'", "confidence < 2", "nothing.there", "(("]
    rules = [
        PolicyRule(
            name=f"rule-{number}",
            to=draw(st.sampled_from(["a", "law"])),
            when=draw(st.sampled_from(conditions)),
            sample=draw(st.sampled_from([None, 0.5])),
            timeout=20.0,
            on_timeout=draw(st.sampled_from(["reject", "approve", "abort", "fallback"])),
            approvals=draw(st.integers(1, 2)),
            valid_for=draw(st.sampled_from([None, 5.0])),
            sheddable=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    limits = [
        QueueLimit(queue=queue, reviews=7, per=60.0, over=draw(st.sampled_from(["park", "shed", "reject"])))
        for queue in draw(st.sampled_from([(), ("a",), ("a", "law")]))
    ]
    return policy(rules, limits)


def _block(draw: st.DrawFn, ids: _Ids, depth: int) -> list[dict[str, object]]:
    return [_step(draw, ids, depth) for _ in range(draw(st.integers(1, 3 - min(depth, 2))))]


def _step(draw: st.DrawFn, ids: _Ids, depth: int) -> dict[str, object]:
    step: dict[str, object] = {"id": ids.new()}
    kinds = ["tool"] * 4 + ["ask", "wait", "event", "set", "stop", "plan", "handoff"]
    if depth < 2:
        kinds += ["do", "do", "each", "repeat", "parallel", "parallel", "switch"]
    kind = draw(st.sampled_from(kinds))
    step |= _action(draw, ids, depth, kind)
    if draw(st.integers(0, 9)) == 0:
        step["when"] = draw(st.sampled_from(["inputs.n > 1", "inputs.n == 1", "facts.x == 2"]))
    if draw(st.integers(0, 3)) == 0 and kind in {"tool", "do", "each", "repeat", "parallel", "switch", "plan"}:
        step["retry"] = {"attempts": 2, "on": ["timeout", "internal", "invalid"], "fresh": draw(st.booleans())}
        if kind == "tool":
            del step["retry"]["fresh"]  # type: ignore[attr-defined]
    if draw(st.integers(0, 3)) == 0 and depth < 3:
        step["fallback"] = [_step(draw, ids, depth + 2) for _ in range(draw(st.integers(1, 2)))]
        step["undo_first"] = draw(st.booleans())
    if draw(st.integers(0, 5)) == 0:
        step["optional"] = True
    if draw(st.integers(0, 5)) == 0:
        step["deadline"] = "20s"
    composite = kind in {"do", "each", "repeat", "parallel", "switch"}
    if (kind in {"tool", "plan"} and draw(st.integers(0, 2)) == 0) or (composite and draw(st.integers(0, 3)) == 0):
        step["compensate"] = {"tool": "t.undo", "with": {"x": "{{ output }}"}}
    if draw(st.integers(0, 4)) == 0:
        step["human"] = [_trigger(draw) for _ in range(draw(st.integers(1, 2)))]
    return step


def _trigger(draw: st.DrawFn) -> dict[str, object]:
    on = draw(st.sampled_from(["before", "before", "after", "failure", "unknown_outcome"]))
    trigger: dict[str, object] = {"on": on, "to": draw(st.sampled_from(["a", "b"])), "reason": "because"}
    if on != "unknown_outcome":
        trigger["timeout"] = "10s"
        trigger["on_timeout"] = _silence(draw, 0)
        trigger["separate"] = draw(st.booleans())
        trigger["approvals"] = draw(st.integers(1, 2)) if on in {"before", "after"} else 1
    if draw(st.booleans()):
        trigger["when"] = draw(
            st.sampled_from(["inputs.n == 1", "args.amount > 3", "confidence < 2", "'untrusted' in labels"])
        )
    if on == "before" and draw(st.booleans()):
        trigger["valid_for"] = "5s"
    if on != "unknown_outcome" and draw(st.integers(0, 3)) == 0:
        trigger |= {"decision": "handoff", "approvals": 1}
    return trigger


def _reads(draw: st.DrawFn, ids: _Ids) -> str:
    """An argument, which may be what an earlier step gave."""
    earlier = draw(st.integers(0, 2 * ids.count))
    if earlier == 0 or earlier >= ids.count - 1:
        return "{{ inputs.n }}"
    return f"{{{{ steps.s{earlier}.status == 'skipped' or steps.s{earlier}.output }}}}"


def _call(draw: st.DrawFn, ids: _Ids) -> dict[str, object]:
    step: dict[str, object] = {"tool": draw(st.sampled_from(TOOLS)), "with": {"n": _reads(draw, ids)}}
    if draw(st.integers(0, 2)) == 0:
        step["pending"] = _pending(draw)
    if draw(st.integers(0, 2)) == 0:
        step["subject"] = draw(st.sampled_from(["lead-7", "lead-{{ inputs.n }}"]))
        step["on_pending"] = draw(st.sampled_from(["skip", "wait", "fail"]))
    return step | {"timeout": "5s", "accept_pending": draw(st.booleans())}


def _pending(draw: st.DrawFn) -> dict[str, object]:
    look = {"tool": draw(st.sampled_from(["t.read", "t.read", "t.put"])), "with": {"x": "{{ output }}"}}
    until = look | {"when": "result == 1", "every": draw(st.sampled_from(["1s", "7s"]))}
    how: dict[str, object] = {"event": "go"} if draw(st.booleans()) else {"until": until}
    on_timeout = draw(st.sampled_from(["continue", "fail", "human"]))
    return how | {"timeout": draw(st.sampled_from(["3s", "60s"])), "on_timeout": on_timeout, "hold_for": "50s"}


def _silence(draw: st.DrawFn, depth: int) -> object:
    kinds = ["reject", "approve", "abort", "fallback", *(["escalate", "escalate"] if depth < 2 else [])]
    kind = draw(st.sampled_from(kinds))
    if kind != "escalate":
        return kind
    fewer = {"approvals": 1} if draw(st.booleans()) else {}
    return {"escalate": {"to": "boss", "timeout": "10s", "on_timeout": _silence(draw, depth + 1)} | fewer}


def _no_answer(draw: st.DrawFn, depth: int) -> object:
    kind = draw(st.sampled_from(["fail", "default", "abort", *(["escalate"] if depth < 2 else [])]))
    if kind != "escalate":
        return kind
    return {"escalate": {"to": "boss", "timeout": "10s", "on_timeout": _no_answer(draw, depth + 1)}}


def _action(draw: st.DrawFn, ids: _Ids, depth: int, kind: str) -> dict[str, object]:
    if kind == "tool":
        return _call(draw, ids)
    if kind == "handoff":
        return {
            "handoff": {"reason": "see to it", "timeout": "30s", "on_timeout": draw(st.sampled_from(["fail", "abort"]))}
        }
    if kind == "plan":
        limit = {"timeout": "5s"} if draw(st.booleans()) else {}
        made = {"source": draw(st.sampled_from(["'a text'", "{'n': facts.x}", "inputs.n"]))}
        return {"plan": draw(st.sampled_from(["part", made])), "with": {"n": "{{ inputs.n }}"}} | limit
    if kind == "ask":
        ask: dict[str, object] = {"to": "requester", "question": "which?", "options": ["x", "y"], "timeout": "30s"}
        ask["on_timeout"] = _no_answer(draw, 0)
        return {"ask": ask | {"default": "x"}}
    if kind == "wait":
        return {"wait": "3s"}
    if kind == "event":
        wait: dict[str, object] = {"event": "go", "timeout": "40s"}
        return {"wait": wait | {"on_timeout": draw(st.sampled_from(["fail", "continue", "abort"]))}}
    if kind == "set":
        return {"set": {"x": 2}}
    if kind == "stop":
        return {"stop": {"status": draw(st.sampled_from(["succeeded", "failed", "aborted"])), "reason": "enough"}}
    if kind == "parallel":
        branches = {name: _block(draw, ids, depth + 1) for name in ("left", "right")}
        on_failure = draw(st.sampled_from(["cancel", "finish", "collect"]))
        join = draw(st.sampled_from(["all", "any", 1]))
        losers = draw(st.sampled_from(["undo", "keep"]))
        return {"parallel": branches, "join": join, "on_failure": on_failure, "losers": losers}
    body = _block(draw, ids, depth + 1)
    if kind == "each":
        each = {"in": "[1, 2, 3]", "concurrency": draw(st.integers(1, 3))}
        return {"do": body, "each": each | {"on_failure": draw(st.sampled_from(["stop", "continue"]))}}
    if kind == "repeat":
        return {"do": body, "repeat": {"until": "index >= 1", "max": 2, "every": draw(st.sampled_from(["2s", "0s"]))}}
    if kind == "switch":
        return {"switch": [{"when": "inputs.n == 2", "do": body}, {"do": _block(draw, ids, depth + 1)}]}
    return {"do": body}
