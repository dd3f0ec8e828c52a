"""Boxes and arrows of diagrams; all places are in screen pixels from the lower left corner."""

from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from figures.style import new_figure

Point = tuple[float, float]


class Box(NamedTuple):
    """Where a box is: its middle and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> Point:
        return self.x - self.width / 2, self.y

    @property
    def right(self) -> Point:
        return self.x + self.width / 2, self.y

    @property
    def top(self) -> Point:
        return self.x, self.y + self.height / 2

    @property
    def bottom(self) -> Point:
        return self.x, self.y - self.height / 2


def canvas(width: int, height: int, title: str) -> tuple[Figure, Axes]:
    """An empty figure, and axes without a frame on which a unit is a pixel."""
    figure = new_figure(width, height, title)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    return figure, axes


def box(axes: Axes, place: Box, text: str, colour: str = "white", **style: Any) -> Box:
    """Draws a box with text in its middle and returns its place."""
    corner = place.x - place.width / 2, place.y - place.height / 2
    round_ = "round,pad=0,rounding_size=10"
    size = place.width, place.height
    axes.add_patch(FancyBboxPatch(corner, *size, round_, fc=colour, ec="black"))
    middle: dict[str, Any] = {"ha": "center", "va": "center", "linespacing": 1.4}
    axes.text(place.x, place.y, text, **middle | style)
    return place


def area(axes: Axes, place: Box, text: str, colour: str) -> None:
    """A pale ground for boxes, its name inside, under the upper edge."""
    corner = place.x - place.width / 2, place.y - place.height / 2
    round_ = "round,pad=0,rounding_size=16"
    size = place.width, place.height
    axes.add_patch(FancyBboxPatch(corner, *size, round_, fc=colour, ec="none", alpha=0.12))
    axes.text(place.x, place.top[1] - 28, text, ha="center", va="center", fontsize=13)


def arrow(axes: Axes, start: Point, end: Point, **style: Any) -> None:
    """An arrow from one point to another."""
    drawn: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 18, "fc": "black"}
    axes.add_patch(FancyArrowPatch(start, end, shrinkA=3, shrinkB=3, **drawn | style))
