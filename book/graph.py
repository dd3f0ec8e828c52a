"""What rests on what: a graph in layers, an equation to the right of all it uses, as SVG."""

import html
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean

from book.site import to_equation
from grading.chapters import PACKAGES, Equation, by_label

WIDTH, HEIGHT, ACROSS, DOWN = 74, 26, 112, 36  # of a node; from node to node
Places = dict[str, tuple[int, float]]  # layer and row of each label


def layers(labels: Sequence[str]) -> dict[str, int]:
    """The length of the longest way that leads to each label from one that uses none of them."""
    found: dict[str, int] = {}

    def layer(label: str) -> int:
        if label not in found:
            uses = [used for used in by_label()[label].uses if used in labels]
            found[label] = 1 + max(map(layer, uses), default=-1)
        return found[label]

    for label in labels:
        layer(label)
    return found


def places(labels: Sequence[str]) -> Places:
    """A band for each package, one below another, in the layers of the whole."""
    layer, found, below = layers(labels), Places(), 0.0
    for package in PACKAGES:
        band = [x for x in labels if by_label()[x].chapter.parent.name == package]
        rows = _rows(band, layer)
        found |= {x: (layer[x], below + row) for x, row in rows.items()}
        below += max(rows.values(), default=-1.6) + 1.6
    return found


def _rows(labels: Sequence[str], layer: dict[str, int], sweeps: int = 8) -> dict[str, float]:
    """In its layer each node stands near the middle of its neighbours: the barycentre method."""
    near: dict[str, set[str]] = {label: set() for label in labels}
    for label in labels:
        for used in by_label()[label].uses:
            if used in near:
                near[label].add(used)
                near[used].add(label)
    columns = [[x for x in labels if layer[x] == n] for n in range(1 + max(layer.values()))]
    tallest = max(map(len, columns))
    row = {x: i + (tallest - len(column)) / 2 for column in columns for i, x in enumerate(column)}
    for sweep in range(sweeps):
        for column in columns if sweep % 2 == 0 else columns[::-1]:
            wish = {x: fmean(row[y] for y in near[x] or {x}) for x in column}
            column.sort(key=wish.__getitem__)
            at = -1.0  # as near to the wishes as nodes a row apart allow, none below the tallest
            for left, x in zip(range(len(column), 0, -1), column, strict=True):
                at = row[x] = min(max(wish[x], at + 1), tallest - left)
    return row


def svg(
    labels: Sequence[str], own: Iterable[str], standing: Callable[[str], str], name: str
) -> str:
    """The graph of these equations; those that are not its own stand out less."""
    place, own = places(labels), set(own)
    wide = (max(x for x, _ in place.values())) * ACROSS + WIDTH + 4
    high = max(y for _, y in place.values()) * DOWN + HEIGHT + 4
    known = [by_label()[label] for label in labels]
    edges = [_edge(used, e, place) for e in known for used in e.uses if used in place]
    nodes = [_node(e, place, standing(e.label), e.label in own) for e in known]
    return (
        f'<svg class="graph" role="group" aria-label="{html.escape(name, quote=True)}"'
        f' viewBox="-2 -2 {wide} {high:.0f}" width="{wide}" height="{high:.0f}">'
        f"<g>{''.join(edges)}</g>{''.join(nodes)}</svg>"
    )


def _edge(used: str, equation: Equation, place: Places) -> str:
    (a, b), (c, d) = place[used], place[equation.label]
    x, y, z, w = a * ACROSS + WIDTH, b * DOWN + HEIGHT / 2, c * ACROSS, d * DOWN + HEIGHT / 2
    half = (x + z) / 2 if c - a == 1 else x + (ACROSS - WIDTH) / 1.2
    end = (x + z) / 2 if c - a == 1 else z - (ACROSS - WIDTH) / 1.2
    path = f"M{x} {y:.1f}C{half:.0f} {y:.1f} {end:.0f} {w:.1f} {z} {w:.1f}"
    far = ' class="far"' if abs(d - b) > 8 else ""
    return f'<path d="{path}"{far} data-from="{used}" data-to="{equation.label}"/>'


def _node(equation: Equation, place: Places, standing: str, own: bool) -> str:
    layer, row = place[equation.label]
    x, y = layer * ACROSS, row * DOWN
    about = html.escape(f"{equation.label}, {standing}: {equation.title}", quote=True)
    return (
        f'<a href="{to_equation(equation.label)}" aria-label="{about}"'
        f' class="{standing}{"" if own else " other"}" data-node="{equation.label}">'
        f'<rect x="{x}" y="{y:.1f}" width="{WIDTH}" height="{HEIGHT}" rx="4"/>'
        f'<text x="{x + WIDTH / 2}" y="{y + 17:.1f}">{equation.label}</text></a>'
    )


def around(chapter_labels: Sequence[str]) -> list[str]:
    """The equations of a chapter, and those of others that they use directly, in reading order."""
    wanted = set(chapter_labels)
    for label in chapter_labels:
        wanted |= set(by_label()[label].uses)
    return [label for label in by_label() if label in wanted]
