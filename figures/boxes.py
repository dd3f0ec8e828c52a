"""Boxes and arrows of diagrams; all places are in screen pixels from the lower left corner."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from figures.style import LINES, new_figure

NOISE, COST, PALE = "#f3e3c3", "#9fc9ec", "#eeeeee"  # the cost blue, as in the assignment of 2017
BACK = LINES[1]  # of gradients
MIDDLE: dict[str, Any] = {"ha": "center", "va": "center", "linespacing": 1.4}
Place = tuple[float, float, float, float]  # x and y of the middle, width, height
Look = tuple[float, float, float, float, str] | tuple[float, float, float, float, str, str]


def canvas(width: int, height: int, title: str) -> tuple[Figure, Axes]:
    """An empty figure, and axes without a frame on which a unit is a pixel."""
    figure = new_figure(width, height, title)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    return figure, axes


def box(axes: Axes, place: Place, text: str, colour: str = "white") -> FancyBboxPatch:
    x, y, width, height = place
    rounded = "round,pad=0,rounding_size=10"
    corner = x - width / 2, y - height / 2
    patch = FancyBboxPatch(corner, width, height, rounded, fc=colour, ec="black")
    axes.add_patch(patch)
    if text:
        axes.text(x, y, text, **MIDDLE)
    return patch


def boxes(axes: Axes, looks: Mapping[str, Look]) -> dict[str, FancyBboxPatch]:
    return {name: box(axes, look[:4], *look[4:]) for name, look in looks.items()}


def area(axes: Axes, place: Place, text: str, colour: str) -> None:
    """A pale ground for boxes, its name inside, under the upper edge."""
    x, y, _, height = place
    box(axes, place, "", colour).set(edgecolor="none", alpha=0.12)
    axes.text(x, y + height / 2 - 28, text, **MIDDLE, fontsize=13)


def middle(patch: FancyBboxPatch) -> tuple[float, float]:
    return patch.get_x() + patch.get_width() / 2, patch.get_y() + patch.get_height() / 2


def arrows(axes: Axes, there: Mapping[str, FancyBboxPatch], pairs: str) -> None:
    """Arrows between boxes, as in "x-h h-z", from edge to edge on the line of their middles."""
    for pair in pairs.split():
        start, end = (there[name] for name in pair.split("-"))
        style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 18, "fc": "black"}
        style |= {"patchA": start, "patchB": end, "shrinkA": 3, "shrinkB": 3}
        axes.add_patch(FancyArrowPatch(middle(start), middle(end), **style))


def back(axes: Axes, start: FancyBboxPatch, end: FancyBboxPatch, bend: float, words: str) -> None:
    """A dashed arrow that goes back beside a straight one, and what passes along it."""
    (x, y), (x_end, y_end) = middle(start), middle(end)
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 16, "ls": "--", "lw": 1.4}
    style |= {"patchA": start, "patchB": end, "shrinkA": 4, "shrinkB": 4, "color": BACK}
    bow = f"arc3,rad={bend}"
    axes.add_patch(FancyArrowPatch((x, y), (x_end, y_end), connectionstyle=bow, **style))
    at = (x + x_end + bend * (y_end - y)) / 2, (y + y_end - bend * (x_end - x)) / 2
    ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axes.text(*at, words, color=BACK, bbox=ground, fontsize=12, **MIDDLE)
