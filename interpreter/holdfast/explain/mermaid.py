"""A plan as a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, pairwise

from holdfast.diagnostics import printable
from holdfast.explain.outline import Box


def mermaid(plan: Box) -> str:
    """The text of a flowchart: a node per step, a subgraph per block, dotted arrows to fallbacks."""
    drawing = _Drawing()
    return printable("\n".join(["flowchart TB", *drawing.parts(plan.boxes)]))


class _Drawing:
    """Numbers the nodes."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def parts(self, parts: Sequence[Box]) -> Iterator[str]:
        last = ""
        for part in parts:
            lines, first, end = self.chain([part])
            yield from lines
            if last:
                yield f"  {last} --> {first}"
            last = end

    def chain(self, boxes: Sequence[Box]) -> tuple[list[str], str, str]:
        """Boxes one after the other: their lines, the first node and the last."""
        lines: list[str] = []
        names = []
        for box in boxes:
            name = f"n{next(self._numbers)}"
            lines += self.box(box, name)
            names.append(name)
        lines += [f"  {one} --> {other}" for one, other in pairwise(names)]
        return lines, names[0], names[-1]

    def box(self, box: Box, name: str) -> list[str]:
        label = _label(box)
        if not box.boxes:
            shape = _SHAPES.get(box.kind, '["{}"]')
            lines = [f"  {name}{shape.format(label)}"]
        elif box.beside:
            inner = [line for part in box.boxes for line in self.chain([part])[0]]
            lines = [f'  subgraph {name}["{label}"]', *_indented(inner), "  end"]
        else:
            lines = [f'  subgraph {name}["{label}"]', *_indented(self.chain(box.boxes)[0]), "  end"]
        for alternative in box.fallback:
            more, first, _ = self.chain([alternative])
            lines += [*more, f"  {name} -. if it fails .-> {first}"]
        return lines


_SHAPES = {"write": '[["{}"]]', "ask": '[/"{}"/]', "wait": '(["{}"])', "stop": '(("{}"))'}


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _label(box: Box) -> str:
    parts = [box.id, box.title, *box.notes]
    return "<br/>".join(_escaped(part) for part in parts if part)


def _escaped(text: str) -> str:
    """Text as Mermaid takes it inside of quotes: entities by number."""
    return "".join(f"#{ord(c)};" if c in '"#<>&;`' else c for c in text)
