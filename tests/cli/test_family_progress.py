"""What child runs do, shown while their parent runs."""

from __future__ import annotations

from tests.cli.conftest import Project
from tests.cli.test_family import CHILD

DEEP = """
holdfast: 1
plan: parent
steps:
  - id: both
    each: {in: "['Ana', 'Bo']", as: who, key: who, concurrency: 2}
    do: [{id: one, plan: ./middle.yaml, with: {name: "{{ who }}"}}]
  - {id: last, set: {x: 1}}
"""
MIDDLE = """
holdfast: 1
plan: middle
inputs: {name: {type: string}}
steps:
  - {id: note, set: {name: "{{ inputs.name }}"}}
  - {id: inner, plan: ./child.yaml, with: {name: "{{ inputs.name }}"}}
"""


def test_what_child_runs_do_is_shown_below_their_steps(project: Project) -> None:
    """Indented, with the whole address, at the time of the run at the top; what is over is not told again."""
    project.write("plans/child.yaml", CHILD)
    project.write("plans/parent.yaml", DEEP)
    project.write("plans/middle.yaml", MIDDLE)

    def shown(err: str) -> list[str]:
        return [line for line in err.splitlines() if line.lstrip().startswith("+")]

    first = project("run", "parent")
    run = first.out.split()[0]
    for name in ("Ana", "Bo"):
        of_one = [line[10:] for line in shown(first.err) if f"both[{name}]" in line]
        assert of_one[0].startswith(f"both[{name}]/one  run plan ./middle.yaml as ")
        assert any(line.startswith(f"  both[{name}]/one/inner  run plan ./child.yaml as ") for line in of_one)
        assert any(line.startswith(f"    both[{name}]/one/inner/pick  ask requester") for line in of_one)
    for _ in range(2):
        for row in project("inbox", "--json").json:
            project("answer", row["id"], "JFK" if "Which" in row["question"] else "yes")
        later = project("resume", run)
    assert 0 == later.code
    assert not any("inner/pick" in line for line in shown(later.err))
    over = [line[10:].partition("  the child run")[0] for line in shown(later.err) if "the child run" in line]
    assert ["  both[Bo]/one/inner", "both[Bo]/one"] == [line for line in over if "Bo" in line]
