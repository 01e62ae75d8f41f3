"""How a scalar is written: in its author's form, with settled quotes and indentation."""

from __future__ import annotations

import re
from typing import Final

from holdfast.lint.layout.tree import Scalar

_LINE: Final = re.compile(r"\r\n|\n|\r")
_HEADER: Final = re.compile(r"([|>])([0-9+-]*)(.*)")


def one_line(scalar: Scalar) -> str | None:
    """The scalar on one line; None where it needs several."""
    if scalar.style in {"|", ">"}:
        return None
    if not _LINE.search(scalar.raw):
        return _settled(scalar)
    if scalar.style or _LINE.search(scalar.value):
        return None
    return " ".join(line.strip() for line in _LINE.split(scalar.raw))


def lines(scalar: Scalar, indent: int) -> list[str]:
    """The scalar on several lines: the first goes behind its key, those after it are indented by so many blanks."""
    if scalar.style in {"|", ">"}:
        return _block(scalar, indent)
    parts = _LINE.split(scalar.raw)
    return [parts[0].rstrip(), *(_flowing(part, indent, last=n == len(parts)) for n, part in enumerate(parts[1:], 2))]


def keeps_blanks(scalar: Scalar) -> bool:
    """Whether empty lines behind it belong to it."""
    header = _HEADER.match(scalar.raw)
    return scalar.style in {"|", ">"} and header is not None and "+" in header[2]


def _settled(scalar: Scalar) -> str:
    """Double quotes, unless what stands in them would have to be escaped."""
    if scalar.style == "'" and not any(sign in scalar.value for sign in '"\\'):
        return f'"{scalar.value}"'
    inside = scalar.raw[1:-1]
    if scalar.style == '"' and '\\"' in inside and "'" not in inside and "\\" not in inside.replace('\\"', ""):
        return f"'{scalar.value}'"
    return scalar.raw


def _flowing(part: str, indent: int, *, last: bool) -> str:
    """A further line of a scalar whose line ends are folded; a blank behind a backslash is one that counts."""
    text = part.lstrip(" \t")
    bare = text if last else text.rstrip(" \t")
    escaped = len(bare) - len(bare.rstrip("\\"))
    if bare != text and escaped % 2:
        bare = text[: len(bare) + 1]
    return " " * indent + bare if bare else ""


def _block(scalar: Scalar, indent: int) -> list[str]:
    first, *rest = _LINE.split(scalar.raw)
    while rest and not rest[-1].strip(" ") and not keeps_blanks(scalar):
        rest.pop()
    if keeps_blanks(scalar) and rest and not rest[-1]:
        rest.pop()
    was = _indentation(scalar, rest)
    content = [line[was:] for line in rest]
    return [_header(scalar, first, content), *(" " * indent + line if line else "" for line in content)]


def _indentation(scalar: Scalar, rest: list[str]) -> int:
    """By how many blanks the content is indented: the first line that holds something says it."""
    written = next((line for line in rest if line.strip(" ")), "")
    meant = next((line for line in scalar.value.split("\n") if line.strip(" ")), "")
    return len(written) - len(written.lstrip(" ")) - (len(meant) - len(meant.lstrip(" ")))


def _header(scalar: Scalar, first: str, content: list[str]) -> str:
    """`|` or `>` with what it needs: the indentation where the content begins with blanks, and how it ends."""
    match = _HEADER.match(first)
    if match is None:
        return first
    sign, marks, comment = match.groups()
    explicit = "2" if any(mark.isdecimal() for mark in marks) or (content and content[0][:1] == " ") else ""
    chomp = next((mark for mark in marks if mark in "+-"), "")
    if not chomp and scalar.value and not scalar.value.endswith("\n"):
        chomp = "-"  # the file ended before the line did
    return f"{sign}{explicit}{chomp}{comment.rstrip()}"
