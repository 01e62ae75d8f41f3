"""What the reader refuses: from bytes to plain data."""

from __future__ import annotations

from typing import Final

from holdfast.lint.forms.form import Form

_WAIT: Final = "steps:\n  - {id: rest, wait: 1s}\n"

FORMS: Final = (
    Form(
        code="HF001", slug="unreadable", title="a file that cannot be read", whole=True,
        why="There is no such file, it is a folder, or this user may not read it.",
        bad="", good="holdfast: 1\nplan: example\n" + _WAIT,
    ),
    Form(
        code="HF002", slug="not-utf8", title="a file that is not UTF-8", encoding="latin-1",
        why="A plan is read on every machine alike, so there is one encoding. Editors call it UTF-8; a byte "
        "order mark is "
        "allowed. The bad example was saved as Latin-1.",
        bad="description: Grüße\n" + _WAIT, good="description: Grüße\n" + _WAIT,
    ),
    Form(
        code="HF003", slug="empty", title="an empty file", whole=True,
        why="There is nothing in it, or nothing but comments. `holdfast init` writes a first plan.",
        bad="# to be written\n", good="holdfast: 1\nplan: example\n" + _WAIT,
    ),
    Form(
        code="HF004", slug="syntax", title="text that is not YAML",
        why="""
YAML's parser gives up here. The usual reasons are a line that is indented differently from those around it, a quote
or a
bracket that is not closed, and a `:` followed by a blank in text that is not quoted.
""",
        bad="description: Book: one seat\n" + _WAIT, good='description: "Book: one seat"\n' + _WAIT,
    ),
    Form(
        code="HF005", slug="tab", title="a tab where blanks belong",
        why="YAML is indented by blanks: a tab has no fixed width, so nobody could say what belongs to what.",
        bad="steps:\n\t- {id: rest, wait: 1s}\n", good=_WAIT,
    ),
    Form(
        code="HF006", slug="control-character", title="a character that cannot be seen",
        why="It came in by copying, nobody sees it in a review, and a terminal may obey it. In double quotes it can be "
        "written as an escape.",
        bad="description: Ring\x07\n" + _WAIT, good='description: "Ring\\u0007"\n' + _WAIT,
    ),
    Form(
        code="HF007", slug="unquoted-template", title="a template without quotes",
        why="In YAML `{` begins a map. A text that begins with a template stands in quotes.",
        bad="output: {{ run.id }}\n" + _WAIT, good='output: "{{ run.id }}"\n' + _WAIT,
    ),
    Form(
        code="HF008", slug="duplicate-key", title="a key that stands there twice",
        why="Most readers of YAML silently keep the last one, and one of the two authors is not told.",
        bad="deadline: 1h\ndeadline: 2h\n" + _WAIT, good="deadline: 2h\n" + _WAIT,
    ),
    Form(
        code="HF009", slug="tag", title="a YAML tag",
        why="Tags make a reader build things that are not data. A plan is nothing but data.",
        bad="description: !!str 7\n" + _WAIT, good='description: "7"\n' + _WAIT,
    ),
    Form(
        code="HF010", slug="anchor", title="an anchor or an alias",
        why="What stands elsewhere is not seen where it is used, and a few aliases of aliases fill any memory. "
        "What holds "
        "for every step belongs under `defaults`.",
        bad="steps:\n  - {id: rest, wait: 1s, retry: &often {attempts: 5}}\n",
        good="steps:\n  - {id: rest, wait: 1s, retry: {attempts: 5}}\n",
    ),
    Form(
        code="HF011", slug="merge-key", title="a merge key",
        why="`<<` takes over entries that are not seen where they hold. What holds for every step belongs under "
        "`defaults`.",
        bad="steps:\n  - {<<: {id: rest}, wait: 1s}\n", good=_WAIT,
    ),
    Form(
        code="HF012", slug="several-documents", title="a second document in one file", whole=True,
        why="A file is one plan: runs, findings and pages name it by its file.",
        bad=f"holdfast: 1\nplan: one\n{_WAIT}---\nholdfast: 1\nplan: two\n{_WAIT}",
        good=f"holdfast: 1\nplan: one\n{_WAIT}",
    ),
    Form(
        code="HF013", slug="limit", title="a document that is too large",
        why="A plan has at most 1 MiB, 100,000 nodes and 64 levels. Whoever needs more has several plans, or data that "
        "belongs into a file that a tool reads.",
        bad=f"output: {'[' * 65}{']' * 65}\n{_WAIT}", good=f"output: [[1]]\n{_WAIT}",
    ),
    Form(
        code="HF014", slug="bad-key", title="a key that is no text",
        why="Keys are names. A list, a map or nothing cannot be one.",
        bad="labels:\n  [a, b]: c\n" + _WAIT, good='labels:\n  "[a, b]": c\n' + _WAIT,
    ),
    Form(
        code="HF015", slug="bad-number", title="a number that no other system takes",
        why="Infinity, not-a-number and integers of more than 128 bits cannot be written down as JSON or be "
        "kept elsewhere.",
        bad="output: .inf\n" + _WAIT, good='output: "infinite"\n' + _WAIT,
    ),
)  # fmt: skip
