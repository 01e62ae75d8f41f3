"""`holdfast lint --watch`, and `--baseline`."""

from __future__ import annotations

import signal
import subprocess
import threading

from tests.cli.conftest import Project

PLAN = """holdfast: 1
plan: odd
steps:
  - {id: ask, ask: {question: Well?, options: [a, b]}}
  - {id: greet, tool: hello.greet, with: {name: Ana}, timeout: 5s}
"""


def test_it_looks_again_when_a_plan_or_a_tool_changes(hello: Project) -> None:
    """Each change is seen by itself, a tool is loaded anew, and Ctrl-C ends it with 130."""
    hello.write("plans/odd.yaml", PLAN)
    watching = hello.start("lint", "plans", "--watch", "--format", "concise", "--select", "HF120,HF209")
    late = threading.Timer(40, watching.kill)
    late.start()
    try:
        assert "HF209" in line(watching)
        hello.write("plans/odd.yaml", PLAN.replace("b]}}", "b], timeout: 1h}}").replace("{name:", "{nmae:"))
        assert "HF120" in line(watching)
        tool = hello.read("tools/hello.py")
        hello.write("tools/hello.py", tool.replace("def greet(name: str)", "def greet(nmae: str)"))
        assert "hello.yaml" in (seen := line(watching))
        assert "HF120" in seen
    finally:
        late.cancel()
        watching.send_signal(signal.SIGINT)
        _, told = watching.communicate(timeout=30)
    assert (130, True, True) == (watching.returncode, told.count("looked in") >= 2, "interrupted" in told)


def line(process: subprocess.Popen[str]) -> str:
    """The next line of the answer."""
    assert process.stdout is not None
    while not (text := process.stdout.readline()).strip():
        assert process.poll() is None
    return text


def test_known_findings_are_kept_in_a_file(hello: Project) -> None:
    """Written once, hidden from then on, told when they are gone; what is in the form is always shown."""
    hello.write("plans/odd.yaml", PLAN)
    written = hello("lint", "plans", "--baseline", "known.json", "--write-baseline")
    assert (0, "2 findings written to known.json\n") == (written.code, written.err)
    hello.write("plans/odd.yaml", PLAN.replace("steps:", "# later\nsteps:").replace("b]}}", "b], timeout: 1h}}"))
    done = hello("lint", "plans", "--baseline", "known.json", "--fail-on", "info")
    assert (0, "2 plans: no findings; 1 in the baseline\n") == (done.code, done.out)
    assert done.err == "no longer found: HF209 in plans/odd.yaml at steps/ask/ask (--write-baseline forgets it)\n"
    told = hello("lint", "plans", "--baseline", "known.json", "--json").json["baseline"]
    assert (1, ["HF209"]) == (told["hidden"], [one["code"] for one in told["gone"]])
    alone = hello("lint", "plans", "--write-baseline")
    assert (2, True) == (alone.code, "needs `--baseline FILE`" in alone.err)
