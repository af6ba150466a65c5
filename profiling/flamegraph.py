"""A flame graph as one self-contained SVG: width is time, order is by name, a frame's title says the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

WIDTH, ROW, TOP = 1200, 18, 44
SMALLEST = 0.4  #: pixels; narrower frames are left out, as they could not be seen
COLOUR = "#E69F00"  # Okabe–Ito; the reports draw the same stacks with a colour per kind of code


@dataclass
class Node:
    """A function in one position of the stack."""

    name: str
    count: int = 0
    children: dict[str, Node] = field(default_factory=dict)


def tree(stacks: Mapping[str, int]) -> Node:
    """Merge folded stacks (`outer;inner` -> samples) into a tree."""
    root = Node("all")
    for stack, count in stacks.items():
        root.count += count
        node = root
        for name in stack.split(";"):
            node = node.children.setdefault(name, Node(name))
            node.count += count
    return root


def svg(stacks: Mapping[str, int], title: str) -> str:
    """Draw folded stacks; works in any browser without a script."""
    root = tree(stacks)
    boxes = list(_boxes(root, 0.0, float(WIDTH), 0)) if root.count else []
    depth = max((level for *_, level in boxes), default=0)
    height = TOP + (depth + 1) * ROW + 10
    rows = [_frame(node, x, width, height - 10 - (level + 1) * ROW, root.count) for node, x, width, level in boxes]
    empty = "" if boxes else f'<text x="10" y="{TOP + 14}">No samples fell into the measured region.</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#ffffff"/><text x="10" y="24" font-size="16">{escape(title)}</text>'
        + "".join(rows)
        + empty
        + "</svg>\n"
    )


def _boxes(node: Node, x: float, width: float, level: int) -> Iterator[tuple[Node, float, float, int]]:
    if width < SMALLEST:
        return
    yield node, x, width, level
    for name in sorted(node.children):
        child = node.children[name]
        share = width * child.count / node.count
        yield from _boxes(child, x, share, level + 1)
        x += share


def _frame(node: Node, x: float, width: float, y: int, total: int) -> str:
    fits = int((width - 6) / 6.6)
    label = node.name if len(node.name) <= fits else node.name[: fits - 1] + "…" if fits > 3 else ""
    text = f'<text x="{x + 3:.1f}" y="{y + 13}">{escape(label)}</text>' if label else ""
    about = escape(f"{node.name}: {node.count:,} samples, {100 * node.count / total:.1f} %")
    return (
        f'<g><title>{about}</title><rect x="{x:.2f}" y="{y}" width="{max(width - 0.5, 0.3):.2f}" height="{ROW - 1}" '
        f'fill="{COLOUR}"/>{text}</g>'
    )
