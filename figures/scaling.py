"""Time of a step against the sizes of what it works on, from results/scaling.json."""

from typing import Any

from matplotlib.figure import Figure

from figures.style import TEN, sheet


def curves(rows: list[dict[str, Any]]) -> Figure:
    """A panel for each size that grows, with a dotted line that grows as the size does."""
    names = list(dict.fromkeys(row["what"] for row in rows))
    figure = sheet(960, 300)
    panels = dict(zip(names, figure.subplots(1, len(names), sharey=True), strict=True))
    colors = dict(zip(dict.fromkeys(row["case"] for row in rows), TEN[2:], strict=False))
    for row in rows:
        axes, values, ms = panels[row["what"]], row["values"], row["ms"]
        axes.plot(values, ms, "o-", ms=3.5, lw=1.4, color=colors[row["case"]], label=row["case"])
        axes.plot(values, [ms[-1] * v / values[-1] for v in values], ":", color="0.6", lw=1)
    for name, axes in panels.items():
        axes.set(xscale="log", yscale="log", xlabel=name)
        axes.grid(alpha=0.3)
        axes.minorticks_off()
        axes.legend(fontsize=8)
    panels[names[0]].set_ylabel("ms a step")
    return figure
