"""What an expression says about itself: what it reads, where, and what it compares that with."""

from __future__ import annotations

import pytest

from holdfast.plan.expressions import parse_expression


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("steps.book.output.id", {"steps.book"}),
        ("steps['book'].output", {"steps.book"}),
        ("steps[x].output", {"steps.*", "x"}),
        ("steps['a' ~ 'b']", {"steps.*"}),
        ("steps['a.b']", {"steps.*"}),
        ("facts.origin == inputs.origin", {"facts.origin", "inputs.origin"}),
        ("error", {"error"}),
        ("item[0].x + item.y", {"item", "item.y"}),
        ("labels[1:]", {"labels"}),
        ("steps | length", {"steps"}),
        ("(steps.a.output | first).id", {"steps.a"}),
        ("x | default(facts.y)", {"x", "facts.y"}),
        ("steps.a is defined and steps.b is not defined", {"steps.a", "steps.b"}),
        ("{'k': spent.failures}['k']", {"spent.failures"}),
        ("xs | selectattr('a', 'gt', limit.x) | sort(attribute=by)", {"xs", "limit.x", "by"}),
        ("max(a.b, 1) if c else none", {"a.b", "c"}),
        ("a if null else true", {"a"}),
        ("x[a.b:c.d]", {"x", "a.b", "c.d"}),
        ("not (a and -b)", {"a", "b"}),
        ("1 + 2", set()),
    ],
)
def test_reads(source, reads):
    """Reads are at most two parts long, with constants in brackets as names and `*` for what is chosen later."""
    assert reads == parse_expression(source).reads


def test_references_have_all_constant_parts_and_places():
    """References keep every constant part, and where each stands in the text, in its order."""
    expression = parse_expression("  steps.a.output[0]['id'] ~ steps[ x.y ].z ~ (f.g | first).h")

    assert (
        ("steps.a.output.0.id", 2),
        ("steps", 28),
        ("x.y", 35),
        ("f.g", 46),
    ) == expression.references
    assert (("inputs.x.y", 1),) == parse_expression(" inputs.x.y ").references


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("spent.elapsed > 3600", (3600.0,)),
        ("3600 < spent.elapsed", (3600.0,)),
        ("spent.elapsed > 60 * 60 or spent['elapsed'] >= duration('2h')", (3600.0, 7200.0)),
        ("10 < spent.elapsed < 20.5", (10.0, 20.5)),
        ("spent.elapsed is gt 5", (5.0,)),
        ("spent.elapsed > inputs.x", ()),
        ("spent.elapsed > 'a'", ()),
        ("spent.elapsed > 1 / 0", ()),
        ("spent.calls > 5", ()),
        ("spent.elapsed", ()),
        ("(x and not (spent.elapsed > -1 and y)) | default(spent.elapsed < 2)", (-1.0, 2.0)),
    ],
)
def test_comparisons(source, numbers):
    """The compiler learns every constant instant a duration is compared with, to arm its timers."""
    assert numbers == tuple(sorted(parse_expression(source).comparisons("spent.elapsed")))
