"""What the tables of README.md and SOURCES.md show: a function a table, numbers -> Markdown."""

import json
from typing import Any

from experiments.record import HERE


def rows_to_markdown(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, numbers as they are given."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def with_spread(mean: float, spread: float | None, digits: int = 2) -> str:
    """A mean and, where there are several, the deviation over seeds."""
    return f"{mean:.{digits}f}" + ("" if spread is None else f" &plusmn; {spread:.{digits}f}")


def vae_costs(numbers: Any) -> str:
    """Our cost beside the sources' and PyTorch's."""
    rows = [
        [
            {"squared": "squared error", "bernoulli": "Bernoulli"}[r["likelihood"]],
            str(r["codes"]),
            f"**{r['cost']:.2f}** &plusmn; {r['spread']:.2f}",
            f"{r['nll']:.2f} + {r['kl']:.2f}",
            f"{r['source']:.2f}" if r["source"] else "",
            f"{r['PyTorch']:.2f}" if r["likelihood"] == "squared" else f"{r['PyTorch']:.1f}",
        ]
        for r in numbers
    ]
    header = ["likelihood", "codes", "test cost", "reconstruction + KL", "source", "PyTorch"]
    return rows_to_markdown(header, rows)


def vae_curves(numbers: Any) -> str:
    """Test cost after some epochs, ours and the source's, and the largest difference from 5 on."""
    source = json.loads((HERE / "source_numbers.json").read_text())["S4"]["costs"]
    shown = (1, 2, 5, 10, 20, 30)
    rows = []
    for ours, theirs in zip(numbers, source, strict=True):
        assert ours["codes"] == theirs["codes"]
        gaps = [a - b for a, b in zip(ours["test"], theirs["test"], strict=True)]
        largest = max(gaps[4:], key=abs)
        pairs = [f"{ours['test'][e - 1]:.2f} / {theirs['test'][e - 1]:.2f}" for e in shown]
        rows.append([str(ours["codes"]), *pairs, f"{largest:+.2f}"])
    header = ["codes", *(f"epoch {e}" for e in shown), "largest difference from epoch 5 on"]
    return rows_to_markdown(header, rows)


def _mean(value: Any, digits: int = 2) -> str:
    if value["mean"] is None:
        return ""
    return with_spread(value["mean"], value["spread"], digits)


def likelihoods(numbers: Any) -> str:
    """S8: a likelihood a row."""
    columns = {
        "cost as a density [nats/image]": 1,
        "KL [nats/image]": 2,
        "squared error [1/image]": 2,
        "absolute error [1/image]": 2,
        "active units": 1,
    }
    rows = [[r["likelihood"], *(_mean(r[c], d) for c, d in columns.items())] for r in numbers]
    return rows_to_markdown(["likelihood", *columns], rows)


def samples(numbers: Any) -> str:
    """S8: m samples in training, what they cost and what they buy."""
    step, noise = "step, as a multiple of one sample's", "gradient's variance of the noise"
    one = next(sum(r[noise]) for r in numbers if r["samples"] == 1)
    rows = [
        [
            str(r["samples"]),
            _mean(r["validation_cost [nats/image]"]),
            f"{r[step]:.2f}",
            f"{one / sum(r[noise]):.2f}",
        ]
        for r in numbers
    ]
    header = [
        "m",
        "validation cost",
        "time of a step, m = 1 being 1",
        "noise's variance, divided by",
    ]
    return rows_to_markdown(header, rows)


def speed(numbers: Any) -> str:
    """The two steps as multiples of their matrix products."""
    rows = [
        [name, f"{r['ratio']:.2f}", f"{r['step [ms]']:.2f} ms", f"{r['products [ms]']:.2f} ms"]
        for name, r in numbers.items()
        if "ratio" in r
    ]
    return rows_to_markdown(["step", "ratio", "step", "bare products"], rows)
