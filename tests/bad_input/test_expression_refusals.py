"""Expressions that want to reach out, or to take all the time and memory there is."""

from __future__ import annotations

from tests.bad_input.conftest import failures, journaled
from tests.cli.conftest import Project

OUTSIDE = {
    "''.__class__.__mro__": "fields do not start with `_`",
    "'' | attr('__class__')": "no filter `attr`",
    "'{0.__class__}'.format(1)": "values have no methods and cannot be called",
    "self.__init__.__globals__": "fields do not start with `_`",
    "(" * 5_000 + "1" + ")" * 5_000: "the expression is nested too deeply",
    "{% for i in range(9) %}x{% endfor %}": "unexpected '%'",
}

GREEDY = {
    "'a' * 10**9": "`*` needs two numbers",
    "9**9**9": "has more than 128 bits",
    "'%999999999d' % 1": "`%` needs two numbers",
    "''['__class__']": "it has no `__class__`",
    "range(10**9) | list": "`range` gives at most",
    f"range(9999) | tojson | replace(',', '{'y' * 200}')": "`replace` would make more than 1048576 characters",
}

QUICK = 2.0
"""Seconds for all refusals and their commits; each takes milliseconds, the rest is what a busy machine and disk add."""


def plan(sources: list[str]) -> str:
    """A plan that hands each expression to a tool; a step that fails does not stop it."""
    head = "holdfast: 1\nplan: p\nsteps:\n"
    return head + "".join(
        f'  - {{id: s{number}, optional: true, tool: hello.greet, with: {{name: "{{{{ {source} }}}}"}}}}\n'
        for number, source in enumerate(sources)
    )


def test_what_is_no_expression_never_starts(project: Project) -> None:
    """Attributes, methods, statements and bottomless nesting are findings of the plan, each in its line."""
    project.write("p.yaml", plan(list(OUTSIDE)))
    done = project("run", "p.yaml", "--json")
    found = {one["line"] - 4: one["message"] for one in done.json["error"]["diagnostics"]}
    assert (2, sorted(range(len(OUTSIDE)))) == (done.code, sorted(found))
    assert [] == [(found[n], part) for n, part in enumerate(OUTSIDE.values()) if part not in found[n]]
    assert "Traceback" not in done.err


def test_what_takes_too_much_fails_its_step_in_milliseconds(project: Project) -> None:
    """Repetition, powers and widths are refused when they are evaluated; the run goes on and ends well."""
    project.write("p.yaml", plan([*GREEDY, "'Ana'"]))
    done, journal = journaled(project, "run", "p.yaml")
    assert (0, "succeeded") == (done.code, done.json["status"]), done.err
    said = failures(journal)
    assert {f"s{number}" for number in range(len(GREEDY))} == set(said)
    for number, part in enumerate(GREEDY.values()):
        code, message = said[f"s{number}"]
        assert ("invalid", True, True) == (code, f"p.yaml:{number + 4}:" in message, part in message), message
    assert journal[-1]["at"] - journal[0]["at"] < QUICK
