"""Files that are no plans: refused before anything happens, with the place and the way out."""

from __future__ import annotations

from tests.bad_input.conftest import refused, several
from tests.cli.conftest import Project

PLAN = """holdfast: 1
plan: p
steps:
  - id: greet
    tool: hello.greet
    with: {name: Ana}
output: "{{ steps.greet.output }}"
"""

BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)

UNUSABLE = {
    "no-yaml": (
        PLAN.replace("{name: Ana}", "{name: Ana"),
        ("p.yaml:6:11: error HF004: a `{` map is not closed", "\n6 |     with: {name: Ana\n", "close it by `}`"),
    ),
    "another-file": (
        "<!doctype html>\n<html></html>\n",
        ("p.yaml:1:1: error HF019: a plan must be a map, and this is the text `<!doctype html> <html></html>`",),
    ),
    "latin-1": (
        (PLAN + "description: café\n").encode("latin-1"),
        ("p.yaml:8:17: error HF002: the byte 0xe9 is not UTF-8", "save the file as UTF-8"),
    ),
    "utf-16": (PLAN.encode("utf-16"), ("p.yaml:1:1: error HF002: the file is UTF-16", "save the file as UTF-8")),
    "empty": ("", ("p.yaml:1:1: error HF003: the file is empty", "a plan begins with `holdfast: 1`")),
    "tab": (
        PLAN.replace("    tool", "\ttool"),
        ("p.yaml:5:1: error HF005: a tab cannot indent", "\n5 |  tool: hello.greet\n", "indent with spaces"),
    ),
    "brackets": ("[" * 100_000, ("p.yaml:1:65: error HF013: the document is nested deeper than 64 levels",)),
    "alias-bomb": (BOMB, ("p.yaml:1:4: error HF010: `&a` is an anchor, and plans have none", "= help: delete it")),
    "duplicate-key": (
        PLAN + "plan: q\n",
        ("p.yaml:8:1: error HF008: `plan` stands here a second time; the first is in line 2, column 1", "keep one"),
    ),
    "unquoted-template": (
        PLAN.replace('"', ""),
        (
            "p.yaml:7:9: error HF007: `{{ steps.greet.output }}` is not quoted",
            "\n7 | output: {{ steps.greet.output }}\n",
            'put it in quotes: "{{ ... }}"',
        ),
    ),
    "not-a-number": (
        PLAN.replace("Ana}", "Ana, times: .nan}"),
        ("p.yaml:6:30: error HF015: `.nan` is not allowed: numbers must be finite",),
    ),
}


def test_a_file_that_is_no_plan_is_refused_in_its_place(project: Project) -> None:
    """Exit code 2; file, line and column, the line with a caret, what to do; no run, not even a store."""
    for kind, (text, _) in UNUSABLE.items():
        (project.path / f"{kind}.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    tried = several(project, *(("run", f"{kind}.yaml") for kind in UNUSABLE))
    for (kind, (_, said)), done in zip(UNUSABLE.items(), tried, strict=True):
        refused(done, 2, *(part.replace("p.yaml", f"{kind}.yaml") for part in said))
        assert len(done.err) < 20_000
    assert not (project.path / ".holdfast" / "runs.db").exists()


def test_what_editors_and_old_yaml_do_to_a_plan_is_harmless(project: Project) -> None:
    """A byte order mark, CRLF, `no`, `on` and `010` are what they look like; a file that is mended runs."""
    plan = PLAN.replace("Ana", "no").replace("output: ", "output:\n  on: 010\n  said: ")
    (project.path / "p.yaml").write_bytes(b"\xef\xbb\xbf" + plan.replace("\n", "\r\n").encode())
    done = project("run", "p.yaml", "--json")
    assert (0, {"on": "010", "said": "Hello, no!"}) == (done.code, done.json["output"]), done.err


def test_a_run_outlives_its_file(project: Project) -> None:
    """What happens to the file of a parked run does not concern it: it goes on with the plan it began with."""
    question = '  - {id: sure, ask: {question: "Sure?", options: ["yes", "no"]}}\n'
    project.write("p.yaml", PLAN.replace("output:", question + "output:"))
    run = project("run", "p.yaml", "--json").json["run"]
    project.write("p.yaml", "[" * 100_000)
    answered, done = several(project, ("answer", f"{run}.1", "yes"), ("resume", run, "--json"))
    assert (0, 0, "Hello, Ana!") == (answered.code, done.code, done.json["output"]), done.err
