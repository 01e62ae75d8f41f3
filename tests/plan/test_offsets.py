"""Where a name stands that is not known: in every style of text, with every kind of line end."""

from __future__ import annotations

import pytest

from holdfast.errors import PlanError
from holdfast.plan.load import load_source

HEAD = "holdfast: 1\nplan: p\nsteps:\n  - id: a\n    tool: crm.note\n    with:\n      lead: l1\n      text: "
HOLE = "{{ inputs.nope }}"
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


def _blocks() -> dict[str, str]:
    """Block scalars with every header there is, and with a comment behind it."""
    blocks = {}
    for style in "|>":
        for indent, blanks in (("", 8), ("1", 7), ("2", 8)):
            for chomp in ("", "-", "+"):
                for header in sorted({style + indent + chomp, style + chomp + indent}):
                    for comment in ("", " # it's a header |"):
                        margin = " " * blanks
                        body = f"{margin}a\n\n{margin}  b  \n{margin}it's {HOLE}\n\n"
                        blocks[header + comment] = f"{header}{comment}\n{body}"
    return blocks


TEXTS = {
    "plain": f"a {HOLE}\n",
    "plain, folded": f"a\n        it's\n\n        {HOLE}\n",
    "single": f"'a ''b'' it''s {HOLE} '\n",
    "single, folded": f"'a\n        b\n\n        ''c'' {HOLE}'\n",
    "double": f'"\\u00a0\\x20\\U00002003\\t\\u0041 \\\\ \\"\\/\\_{HOLE}"\n',
    "double, folded": f'"\\u00a0 a \\\n        \\  b\n\n        \\x20 {HOLE}"\n',
    **_blocks(),
}


@pytest.mark.parametrize("behind", ["", "    timeout: 5s\n", "# an end\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["unmarked", "marked"])
@pytest.mark.parametrize("ends", LINE_ENDS)
@pytest.mark.parametrize("text", TEXTS)
def test_a_name_is_pointed_at_where_it_stands(text: str, ends: str, mark: str, behind: str) -> None:
    """Line and column count from where the file begins, behind its mark."""
    newline = LINE_ENDS[ends]
    source = (HEAD + TEXTS[text] + behind).replace("\n", newline)
    with pytest.raises(PlanError) as refused:
        load_source((mark + source).encode(), "p.yaml")
    (one,) = refused.value.diagnostics
    before = source[: source.index("inputs.nope")].split(newline)
    assert one.span is not None
    assert (len(before), len(before[-1]) + 1) == (one.span.line, one.span.column)
