"""Time of a step: ours over that of others."""

from typing import Any

from matplotlib.figure import Figure

from figures.style import LINES, sheet

BLUE, ORANGE, GREEN = LINES
# Who, as `make bench` names them: words, and the mark of the chart.
WORDS = {
    "floor": "bare products",
    "PyTorch": "PyTorch, eager",
    "PyTorch compiled": "PyTorch, compiled",
    "JAX": "JAX, jit",
    "scikit-learn": "scikit-learn",
    "memory given back": "ours, memory given back",
}
MARKS = {
    **{"PyTorch": (ORANGE, "o"), "PyTorch compiled": (ORANGE, "D")},
    **{"JAX": (GREEN, "s"), "scikit-learn": (BLUE, "^"), "floor": ("0.55", "|")},
}


def ratios(cases: dict[str, dict[str, Any]], titles: dict[str, str]) -> Figure:
    """A row a case; left of 1 we are faster. Lines go from the lowest round to the highest."""
    figure = sheet(900, 90 + 36 * len(cases))
    axes = figure.subplots()
    for i, (who, (color, mark)) in enumerate(MARKS.items()):
        label: str | None = WORDS[who]
        for row, case in enumerate(cases.values()):
            if "ms" in (found := case.get(who, {})):
                y = row + 0.12 * (i - 2)  # who is as fast as another stands beside it
                axes.plot(found["from to"], [y, y], color=color, lw=1.2)
                axes.plot(found["ours / theirs"], y, mark, color=color, ms=6, mew=1.6, label=label)
                label = None
    axes.axvline(1, color="black", lw=1)
    axes.set(xscale="log", xlabel="our time / their time: left of 1 ours is shorter")
    axes.set_xticks(ticks := [0.1, 0.2, 0.5, 1, 2, 5], [f"{tick:g}" for tick in ticks])
    axes.set_yticks(range(len(cases)), [titles[name] for name in cases])
    axes.set_ylim(len(cases) - 0.5, -0.5)
    axes.minorticks_off()
    axes.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper center", ncols=5)
    return figure
