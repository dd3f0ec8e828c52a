"""The look that all figures share. Lengths are in screen pixels, and places are counted from the
upper left corner, as in an image.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import LogLocator, MaxNLocator
from matplotlib.transforms import IdentityTransform

from training.run import replacing

DPI = 128
LINES = ("#0072b2", "#d55e00", "#009e73")  # Okabe and Ito's: distinct to colour-blind eyes too
# Of classes: digits that look alike lie next to one another and get colours that do not. The
# smallest distance of two in CIELAB is 44.8, and as protanopes and deuteranopes see them 30.5 and
# 29.8 (simulated after Machado, Oliveira and Fernandes 2009); tests/test_fig_vae.py measures it.
TEN = (
    *("#870f96", "#3cb487", "#785a78", "#c36900", "#a50f2d"),
    *("#4be1ff", "#e1d278", "#5aa5ff", "#005af0", "#b4e10f"),
)

matplotlib.rc("font", size=11)
matplotlib.rc("axes", titlesize=12)
matplotlib.rc("axes.spines", top=False, right=False)
matplotlib.rc("legend", frameon=False)


def new_figure(width: int, height: int, title: str, layout: Any = None) -> Figure:
    """An empty figure with a title. It belongs to no global state of matplotlib."""
    width = max(width, 800)  # else there is no room for words
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout=layout)
    # No mathematics in the name of somebody's data; smaller letters where it is long.
    style: dict[str, Any] = {"parse_math": False, "size": min(14, width / max(1, len(title)))}
    if layout is None:
        style["y"] = 1 - 12 / height  # else at a place that the layout chooses and keeps free
    figure.suptitle(title, **style)
    return figure


def sheet(width: int, height: int) -> Figure:
    """An empty SVG of so many pixels on a web page, of which an inch has 96; axes share it."""
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1)
    return new_figure(width * DPI // 96, height * DPI // 96, "", layout)


def save(figure: Figure, folder: Path, name: str) -> Path:
    """Writes <folder>/<name>.png, whole or not at all; raises RunError where it cannot."""
    path = folder / f"{name}.png"
    with replacing(path) as file:
        figure.savefig(file, format="png")
    return path


def write(figure: Figure, x: float, y: float, text: str, **style: Any) -> None:
    """Text with its middle at (x, y), unless the style says ha= or va=."""
    middle: dict[str, Any] = {"ha": "center", "va": "center"}
    figure.text(x, figure.bbox.height - y, text, transform=IdentityTransform(), **middle | style)


def dots(rows: Sequence[Any], marker: str = "o") -> dict[str, Any]:
    """The style of a curve with a dot an epoch, or, of many epochs, some forty."""
    return {"marker": marker, "ms": 4, "markevery": -(-len(rows) // 40)}


def epochs_axis(axes: Axes, last: float) -> None:
    """Logarithmic for hundreds of epochs: most happens in the first ten."""
    axes.set(xlabel="epochs")
    axes.grid(alpha=0.3)
    if last > 100:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
