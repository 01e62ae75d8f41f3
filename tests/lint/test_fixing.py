"""Fixes: what they change, what they leave as it is, and when they are not made."""

from __future__ import annotations

import pytest

from holdfast.diagnostics import Diagnostic, Edit, Fix, Span, only_near
from holdfast.errors import PlanError
from holdfast.lint.example_tools import example_tools
from holdfast.lint.fixing import apply, fixed
from holdfast.lint.linter import lint
from holdfast.lint.rules import every_rule
from holdfast.plan.load import load_source


def look(text: str) -> list[Diagnostic]:
    """All that is found in a plan."""
    try:
        return lint(load_source(text, "p.yaml"), example_tools(), rules=every_rule())
    except PlanError as error:
        return list(error.diagnostics)


def mended(text: str, *, unsafe: bool = False) -> tuple[str, list[str]]:
    """The text after its fixes, and the codes of what is gone."""
    done = fixed(text, "p.yaml", look, unsafe=unsafe)
    return done.source, [one.code for one in done.applied]


HEAD = "holdfast: 1\nplan: p\n"
FIND = "  - {id: find, tool: flights.search, with: {to: JFK}}\n"
MAIL = "  - {id: tell, tool: mail.send, with: {to: ana}"

SAFE: dict[str, tuple[str, str, list[str]]] = {
    "key": ("steps:\n  - id: a\n    wait: 1s\n    optionl: true # why\n",
            "steps:\n  - id: a\n    wait: 1s\n    optional: true # why\n", ["HF017"]),
    "key twice": ("steps:\n  - id: a\n    wait: 1s\n    optional: true\n    wait: 1s\n",
                  "steps:\n  - id: a\n    wait: 1s\n    optional: true\n", ["HF008"]),
    "key twice in a map": ("steps:\n  - {id: a, set: {x: [1, {y: 2}], z: 1, x: [1, {y: 2}]}}\n",
                           "steps:\n  - {id: a, set: {x: [1, {y: 2}], z: 1}}\n", ["HF008"]),
    "block twice": ("deadline: 1h\nsteps:\n  - id: a\n    wait: 1s\nsteps:\n  - id: a\n    wait: 1s\ndeadline: 1h\n",
                    "deadline: 1h\nsteps:\n  - id: a\n    wait: 1s\n", ["HF008", "HF008"]),
    "tabs all over": ("steps:\n\t- id: a  # tab\there\n\t\tset:\n\t\t\tb: 'x\ty'\n",
                      "steps:\n  - id: a  # tab\there\n    set:\n      b: 'x\ty'\n", ["HF005"]),
    "a tab among blanks": ("steps:\n  - id: a\n\twait: 1s\n  - id: b\n  \twait: 1s\n",
                           "steps:\n  - id: a\n    wait: 1s\n  - id: b\n    wait: 1s\n", ["HF005"]),
    "action": ("steps:\n  - {id: a, wiat: 1s}\n", "steps:\n  - {id: a, wait: 1s}\n", ["HF022"]),
    "word": ("steps:\n  - {id: a, stop: {status: 'succeded'}}\n",
             "steps:\n  - {id: a, stop: {status: 'succeeded'}}\n", ["HF020"]),
    "truth": ("steps:\n  - {id: a, wait: 1s, optional: yes}\n",
              "steps:\n  - {id: a, wait: 1s, optional: true}\n", ["HF019"]),
    "number as text": ("owner: 12\nsteps:\n  - {id: a, wait: 1s}\n",
                       'owner: "12"\nsteps:\n  - {id: a, wait: 1s}\n', ["HF019"]),
    "template": ("output: {{ run.id }}  # all\nsteps:\n  - {id: a, wait: 1s}\n",
                 'output: "{{ run.id }}"  # all\nsteps:\n  - {id: a, wait: 1s}\n', ["HF007"]),
    "template in a map": ("steps:\n  - {id: a, tool: mail.send, with: {to: {{ run.user }}, text: x}}\n",
                          'steps:\n  - {id: a, tool: mail.send, with: {to: "{{ run.user }}", text: x}}\n', ["HF007"]),
    "template with quotes": ('steps:\n  - {id: a, wait: 1s}\noutput: {{ "a" }} or {{ run.id }}\n',
                             "steps:\n  - {id: a, wait: 1s}\noutput: '{{ \"a\" }} or {{ run.id }}'\n", ["HF007"]),
    "a bracket in a map": (
        "steps:\n  - {id: a, when: run.user in ['x', \"y\"], repeat: {max: 2, until: output[0] > 1}, wait: 1s}\n",
        ("steps:\n  - {id: a, when: 'run.user in [''x'', \"y\"]', repeat: {max: 2, until: \"output[0] > 1\"}, "
         "wait: 1s}\n"), ["HF004", "HF004"]),
    "quotes in a map": ("steps:\n  - {id: a, when: 'x' in run.user, wait: 1s}\n",
                        "steps:\n  - {id: a, when: \"'x' in run.user\", wait: 1s}\n", ["HF004"]),
    "braces": ('steps:\n  - {id: a, when: "{{ run.id == \'x\' }}", wait: 1s}\n',
               'steps:\n  - {id: a, when: "run.id == \'x\'", wait: 1s}\n', ["HF107"]),
    "template in a map of several lines": (
        f"steps:\n{MAIL[:-1]},\n      text: {{{{ run.id }}}},\n      cc: {{{{ run.user }}}}\n    }}}}\n",
        f'steps:\n{MAIL[:-1]},\n      text: "{{{{ run.id }}}}",\n      cc: "{{{{ run.user }}}}"\n    }}}}\n',
        ["HF007", "HF007"]),
    "template before a tab and a comment": ("output: {{ run.id }} x\t# all\nsteps:\n  - {id: a, wait: 1s}\n",
                                            'output: "{{ run.id }} x"\t# all\nsteps:\n  - {id: a, wait: 1s}\n',
                                            ["HF007"]),
    "key in quotes": ('steps: [{"id":"a","tool":"mail.send","with":{"to":"x","txt":"y"}}]\n',
                      'steps: [{"id":"a","tool":"mail.send","with":{"to":"x","text":"y"}}]\n', ["HF120"]),
    "action in quotes": ('steps: [{"id":"a","wiat":"1s"}]\n', 'steps: [{"id":"a","wait":"1s"}]\n', ["HF022"]),
    "suppression with a wide blank": ("steps:\n  - {id: a, set: {b: c}}  # holdfast: ignore[HF402] x\u3000\n",
                                      "steps:\n  - {id: a, set: {b: c}}\n", ["HF051"]),
    "twice beside a wide blank": ("steps:\n  - {id: a, description: hi\u00a0, wait: 1s, wait: 1s}\n",
                                  "steps:\n  - {id: a, description: hi\u00a0, wait: 1s}\n", ["HF008"]),
    "suppression in lines of old": ("steps:\r  - {id: a, wait: 1s}  # holdfast: ignore[HF209] x\r  # stays\r",
                                    "steps:\r  - {id: a, wait: 1s}\r  # stays\r", ["HF051"]),
    "step": (f'steps:\n{FIND}output: "{{{{ steps.fnd.output[0].price }}}}"\n',
             f'steps:\n{FIND}output: "{{{{ steps.find.output[0].price }}}}"\n', ["HF103"]),
    "name": ('steps:\n  - {id: a, wait: 1s}\noutput: "a {{ 1 + snt.x }}, {{ rum.id }}"\n',
             'steps:\n  - {id: a, wait: 1s}\noutput: "a {{ 1 + snt.x }}, {{ run.id }}"\n', ["HF102"]),
    "type": ("inputs: {to: {type: strng, secret: true}}\nsteps:\n  - {id: a, wait: 1s}\n",
             "inputs: {to: {type: string, secret: true}}\nsteps:\n  - {id: a, wait: 1s}\n", ["HF029"]),
    "tool": ("steps:\n  - {id: a, tool: flight.search, with: {to: x}}\n",
             "steps:\n  - {id: a, tool: flights.search, with: {to: x}}\n", ["HF040"]),
    "argument": ("steps:\n  - {id: a, tool: mail.send, with: {to: x, txt: y}}\n",
                 "steps:\n  - {id: a, tool: mail.send, with: {to: x, text: y}}\n", ["HF120"]),
    "argument as text": ("steps:\n  - {id: a, tool: mail.send, with: {to: 1.50}}\n",
                         'steps:\n  - {id: a, tool: mail.send, with: {to: "1.50"}}\n', ["HF122"]),
    "field": (f"steps:\n{FIND}{MAIL[:-1]}, text: '{{{{ steps.find.output[0].prise }}}}'}}}}\n",
              f"steps:\n{FIND}{MAIL[:-1]}, text: '{{{{ steps.find.output[0].price }}}}'}}}}\n", ["HF134"]),
    "code": (f"steps:\n{MAIL}, fallback: [{{id: b, when: error.code == 'timeut', wait: 1s}}]}}\n",
             f"steps:\n{MAIL}, fallback: [{{id: b, when: error.code == 'timeout', wait: 1s}}]}}\n", ["HF135"]),
    "status": (f"steps:\n{FIND}  - {{id: b, when: steps.find.status == 'faild', wait: 1s}}\n",
               f"steps:\n{FIND}  - {{id: b, when: steps.find.status == 'failed', wait: 1s}}\n", ["HF136"]),
    "setting": (("steps:\n  - id: a\n    tool: flights.search\n    with: {to: x}\n    retry:\n      attempts: 1\n"
                "      delay: 5s\n      # stays\n"),
                ("steps:\n  - id: a\n    tool: flights.search\n    with: {to: x}\n    retry:\n      attempts: 1\n"
                "      # stays\n"), ["HF222"]),
    "suppression": ("steps:\n  # holdfast: ignore[HF209] old\n  - {id: a, wait: 1s}   # holdfast: ignore[HF402] old\n",
                    "steps:\n  - {id: a, wait: 1s}\n", ["HF051", "HF051"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SAFE)
def test_what_is_plain_is_set_right(name: str) -> None:
    """And nothing else changes: not a blank, not a comment, not a quote."""
    before, after, codes = SAFE[name]
    assert (HEAD + after, codes) == mended(HEAD + before)


UNSAFE: dict[str, tuple[str, str, list[str]]] = {
    "timeout": ("steps:\n  - {id: a, tool: flights.search, with: {to: x}, timeout: 5}\n",
                "steps:\n  - {id: a, tool: flights.search, with: {to: x}, timeout: 5s}\n", ["HF021"]),
    "input": (f"inputs:\n  a: {{type: string}}  # gone\n  # stays\n  b: {{type: string}}\nsteps:\n{FIND}",
              f"steps:\n{FIND}", ["HF140", "HF140"]),
    "input that tests give": (
        (f"inputs: {{a: {{type: string}}, b: {{type: string}}}}\nsteps:\n{FIND}output: '{{{{ inputs.b }}}}'\n"
         "tests:\n  - {name: one, inputs: {a: x}, expect: {status: failed}}\n  - name: two\n    inputs:\n"
         "      b: y\n      a: x\n    expect: {}\n  - {name: three, expect: {}}\n"),
        (f"inputs: {{b: {{type: string}}}}\nsteps:\n{FIND}output: '{{{{ inputs.b }}}}'\n"
         "tests:\n  - {name: one, expect: {status: failed}}\n  - name: two\n    inputs:\n"
         "      b: y\n    expect: {}\n  - {name: three, expect: {}}\n"), ["HF140"]),
    "fact": (f"facts: {{a: {{given: 1}}, b: {{given: 2}}}}\nsteps:\n{FIND}output: '{{{{ facts.b }}}}'\n",
             f"facts: {{b: {{given: 2}}}}\nsteps:\n{FIND}output: '{{{{ facts.b }}}}'\n", ["HF142"]),
    "capability": (f"tools:\n  - flights.search\n  - mail.send\nsteps:\n{FIND}",
                   f"tools:\n  - flights.search\nsteps:\n{FIND}", ["HF306"]),
    "no time": ("steps:\n  - id: a\n    tool: web.fetch\n    with: {url: x}  # page\n    optional: true\n",
                ("steps:\n  - id: a\n    tool: web.fetch\n    with: {url: x}  # page\n    timeout: 60s\n"
                "    optional: true\n"), ["HF201"]),
    "silence": (("steps:\n  - {id: a, tool: mail.send, with: {to: x}, "
                "human: [{reason: r, timeout: 1h, on_timeout: approve}]}\n"),
                ("steps:\n  - {id: a, tool: mail.send, with: {to: x}, "
                "human: [{reason: r, timeout: 1h, on_timeout: reject}]}\n"), ["HF303"]),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSAFE)
def test_what_should_be_looked_at_is_left_unless_it_is_asked_for(name: str) -> None:
    """The same text comes back without `--unsafe-fixes`."""
    before, after, codes = UNSAFE[name]
    assert (HEAD + before, []) == mended(HEAD + before)
    assert (HEAD + after, codes) == mended(HEAD + before, unsafe=True)


def test_a_text_that_yaml_takes_apart_is_pointed_at() -> None:
    """Not the map around it, whose braces are all there."""
    (found,) = look(HEAD + "steps:\n  - {id: a, when: run.user in ['x'], wait: 1s}\n")
    assert ("`run.user in ['x']` holds a `[` and is not quoted", 19) == (
        found.message,
        found.span and found.span.column,
    )
    (found,) = look(HEAD + "steps:\n  - {id: a, when: 'x' wait: 1s}\n")
    assert "a `{` map is not closed" == found.message


def test_what_a_loop_does_on_failure_stands_in_its_each() -> None:
    """Beside it, it means nothing."""
    (found,) = look(HEAD + "steps: [{id: a, each: {in: '[1]'}, on_failure: continue, do: [{id: b, wait: 1s}]}]\n")
    assert ("HF023", "put it into `each:`, beside `in` and `as`") == (found.code, found.help)


def test_a_field_that_means_something_else_is_no_guess() -> None:
    """`status` is near to `task` and has nothing to do with it; `tsk` is a slip."""
    status = HEAD + "steps: [{id: a, set: {x: '{{ run.status }}'}}]\n"
    assert (status, []) == mended(status, unsafe=True)
    assert "did you mean" not in look(status)[0].message
    assert (status.replace("status", "task"), ["HF106"]) == mended(status.replace("status", "tsk"))


def test_the_version_is_written_where_it_is_missing_or_in_quotes() -> None:
    """There is but one so far; a comment at the top stays at the top."""
    rest = "plan: p\nsteps: [{id: a, wait: 1s}]\n"
    assert (f"# mine\nholdfast: 1\n{rest}", ["HF018"]) == mended(f"# mine\n{rest}")
    assert (f"holdfast: 1 # one\n{rest}", ["HF016"]) == mended(f"holdfast: '1' # one\n{rest}")
    assert (f"holdfast: 2\n{rest}", []) == mended(f"holdfast: 2\n{rest}")


@pytest.mark.parametrize(
    "steps",
    [
        "steps:\n  - id: a\n    wait: 1s\n    wait: 2s\n",
        "steps:\n  - {id: a, set: {x: 1, x: true}}\n",
        "steps:\n  - {id: a, when: run.user in [x, wait: 1s}\n",
        "steps:\n  - {id: a, when: run.user in [x], 'y', wait: 1s}\n",
        "steps:\n  - {id: a, when: run.user[0] # why\n, wait: 1s}\n",
        "steps:\n  - {id: a, when: 'run.user' wait: 1s}\n",
        "steps:\n  - {id: a, set: {x: 1, x: 1.0}}\n",
        "steps:\n  - {id: a, wait: 1s}\nsteps:\n  - {id: b, wait: 1s}\n",
        "steps:\n  - id: a\n    wait:\t1s\n   \toptional: [\n",
        "steps:\n        - id: a\n\t  set:\n            b: |\n              all:\n              \techo\n",
        "steps:\n  - id: a\n    wait: 1s\n    description: |+\n      x\n    wait: 1s\n\n\noutput: z\n",
        "output: {{ run.id }} and\n  more\nsteps:\n  - {id: a, wait: 1s}\n",
        "steps:\n  - id: a\n    set:\n      x: |\n        one\n      \t  two\n\toptional: true\n",
        "steps:\n - id: a\n   set:\n    x:\n    y:\n\t  z: 1\n   optional: true\n",
    ],
)
def test_what_may_mean_two_things_is_left_to_the_author(steps: str) -> None:
    """Two values of one key, and tabs whose width decides what the text says, or that are not all that is wrong."""
    assert (HEAD + steps, []) == mended(HEAD + steps, unsafe=True)


def test_a_comment_beside_the_second_key_goes_only_where_that_is_asked_for() -> None:
    """It may say why."""
    twice = HEAD + "steps:\n  - id: a\n    wait: 1s\n    wait: 1s  # long enough\n"
    assert (twice, []) == mended(twice)
    assert (HEAD + "steps:\n  - id: a\n    wait: 1s\n", ["HF008"]) == mended(twice, unsafe=True)


def test_line_ends_tabs_and_a_missing_last_one_stay() -> None:
    """A file from another system comes back as one; what is put in has its line ends."""
    before = "holdfast: 1\r\nplan: p\r\nsteps:\r\n  - id: a\r\n    tool:\tweb.fetch\r\n    with: {url: x}"
    assert (before + "\r\n    timeout: 60s", ["HF201"]) == mended(before, unsafe=True)
    old = before.replace("\r\n", "\r")
    assert (old + "\r    timeout: 60s", ["HF201"]) == mended(old, unsafe=True)
    tabs = "holdfast: 1\rplan: p\rsteps:\r\t- id: a\r\t  wait: 1s\r"
    assert (tabs.replace("\t", "  "), ["HF005"]) == mended(tabs)


def test_several_names_that_are_near_are_left_to_the_author() -> None:
    """Only one that nothing else comes near to is written; a name that is there already is none."""
    assert ("first", True) == only_near("frst", ["first", "last"])
    assert ("timeout", False) == only_near("time", ["timeout", "retry"])
    assert only_near("date3", ["date1", "date2"]) is None
    assert only_near("zzz", ["date1"]) is None
    assert [True, True, True, True, False] == [
        only_near(wrong, ["timeout"]) == ("timeout", True)
        for wrong in ("tiemout", "timeou", "timeoutt", "timeouz", "tymeowt")
    ]
    twice = HEAD + "steps:\n  - {id: a, wait: 1s, optional: true, optionl: true}\n"
    assert (twice, []) == mended(twice, unsafe=True)


def test_a_fix_that_would_break_the_plan_is_not_made() -> None:
    """An edit that leaves something unreadable is tried, refused, and keeps no other one from being made."""
    source = HEAD + "steps:\n  - {id: a, wait: 1s}\n"

    def broken(text: str) -> list[Diagnostic]:
        return [
            wrong("breaks", Edit(Span("p", 3, 1, 3, 6), "[")),
            *([wrong("names", Edit(Span("p", 2, 7, 2, 8), "q"))] if "plan: p" in text else []),
            *([wrong("overlaps", Edit(Span("p", 2, 1, 2, 8), "plan: z"))] if "plan: p" in text else []),
        ]

    done = fixed(source, "p.yaml", broken)
    assert (source.replace("plan: p", "plan: q"), ["names"]) == (done.source, [one.message for one in done.applied])
    assert ["breaks"] == [one.message for one in done.left]


def test_fixes_that_undo_each_other_are_left_as_they_were() -> None:
    """Whichever of them one begins with, and what else there is to do is done; twice comes to the same as once."""

    def in_a_circle(text: str) -> list[Diagnostic]:
        name = text.splitlines()[1].removeprefix("plan: ")
        following = {"p": "q", "q": "r", "r": "p"}[name]
        found = [wrong("turn", Edit(Span("p", 2, 7, 2, 8), following))]
        return found + ([wrong("wait", Edit(Span("p", 3, 23, 3, 24), "2"))] if "wait: 1s" in text else [])

    for name in "pqr":
        done = fixed(f"holdfast: 1\nplan: {name}\nsteps: [{{id: a, wait: 1s}}]\n", "p.yaml", in_a_circle)
        assert ["wait"] == [one.message for one in done.applied if one.message != "turn"]
        assert "wait: 2s" in done.source
        again = fixed(done.source, "p.yaml", in_a_circle)
        assert (done.source, []) == (again.source, list(again.applied))


def test_one_fix_to_blame_among_hundreds_keeps_none_of_the_others_from_being_made() -> None:
    """It is found by halves: the text is looked at some twenty times, not once for each of the fixes."""
    steps = [f"  - {{id: s{n}, wait: 1s}}\n" for n in range(400)]
    source, looked = HEAD + "steps:\n" + "".join(steps), 0

    def look_at(text: str) -> list[Diagnostic]:
        nonlocal looked
        looked += 1
        places = ((n, line.find("1s")) for n, line in enumerate(text.splitlines(), 1))
        edits = [
            Edit(Span("p", n, at + 1, n, at + 3), "[" if "s250," in steps[n - 4] else "2s")
            for n, at in places
            if at > 0
        ]
        return [wrong("wait", edit) for edit in edits]

    done = fixed(source, "p.yaml", look_at)
    assert (399, 1) == (len(done.applied), len(done.left))
    assert looked < 40


def test_edits_are_put_in_from_behind() -> None:
    """Places are those of the text before any of them."""
    findings = [wrong("a", Edit(Span("", 1, 1, 1, 2), "long")), wrong("b", Edit(Span("", 2, 1, 2, 1), "new\n"))]
    assert "long\r\nnew\r\nb" == apply("a\r\nb", findings)


def wrong(message: str, edit: Edit) -> Diagnostic:
    """A finding with a fix of one edit."""
    return Diagnostic(
        code="HF000", severity="warning", message=message, span=edit.span, fix=Fix(title="do", edits=(edit,))
    )
