"""`holdfast format` on files, folders and standard input."""

from __future__ import annotations

from tests.cli.conftest import Project

UGLY = "plan: p\nholdfast: 1\nsteps:\n- {id: a,   wait: 1s} # mine\n"
NEAT = "holdfast: 1\nplan: p\n\nsteps:\n  - {id: a, wait: 1s}  # mine\n"


def test_files_are_settled_and_the_rest_is_told(hello: Project) -> None:
    """--check and --diff change nothing and exit with 1; what is no plan is passed over in folders."""
    file = hello.write("plans/ugly.yaml", UGLY)
    hello.write("plans/compose.yaml", "services: {}\n")
    assert (1, "plans/ugly.yaml: would be formatted\n1 file would be formatted, 1 in style\n") == (
        (done := hello("format", "plans", "--check")).code,
        done.out,
    )
    shown = hello("format", "plans", "--diff")
    assert (1, True) == (shown.code, "+  - {id: a, wait: 1s}  # mine\n" in shown.out)
    assert UGLY == file.read_text(encoding="utf-8")
    assert (0, "plans/ugly.yaml: formatted\n1 file formatted, 1 in style\n") == (
        (done := hello("format", "plans")).code,
        done.out,
    )
    assert NEAT == file.read_text(encoding="utf-8")


def test_what_cannot_be_formatted_is_said(hello: Project) -> None:
    """Exit code 2, with the place; the others are formatted all the same."""
    hello.write("broken.yaml", "holdfast: 1\nplan: {{ x }}\n")
    hello.write("compose.yaml", "services: {}\n")
    file = hello.write("ugly.yaml", UGLY)
    done = hello("format", "broken.yaml", "compose.yaml", "ugly.yaml", "--json")
    assert (2, ["ugly.yaml"], ["broken.yaml", "compose.yaml"]) == (
        done.code,
        done.json["changed"],
        [one["file"] for one in done.json["failed"]],
    )
    assert "broken.yaml:2:7: error HF007" in done.err
    assert "`compose.yaml` is neither a plan nor a policy; it is left as it is" in done.err
    assert NEAT == file.read_text(encoding="utf-8")


def test_standard_input_goes_to_standard_output(project: Project) -> None:
    """As editors and git hooks like it."""
    assert (0, NEAT) == ((done := project("format", "-", stdin=UGLY)).code, done.out)
    assert (1, "") == ((done := project("format", "-", "--check", stdin=UGLY)).code, done.out)
    assert (2, True) == ((done := project("format", "-", "x.yaml")).code, "stands alone" in done.err)
