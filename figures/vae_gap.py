"""Figures of the gap between log p and the bound: posteriors in the plane of codes, a map, L_K."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.patches import Ellipse, Patch

from experiments.record import read as record
from experiments.vae_gap import SAMPLES, TEST, best_found
from experiments.vae_trainings import plane, sampled_once
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.images import Floats, paper
from figures.latent_plane import key_of, name_classes, prior_circles
from figures.style import LINES, new_figure
from vae.likelihood import lattice, log_joint
from vae.networks import Network
from vae.train import network

MASSES = (0.95, 0.5)  # of a distribution, within its contours
QUANTILES = (0.1, 0.5, 0.9, 0.99)  # of each part of the gap, whose images are shown
POINTS = 160  # an axis, of a posterior
KINDS = {"approximation gap": ("log p", "best bound"), "amortisation gap": ("best bound", "bound")}


def gaps() -> dict[str, Floats]:
    """The two parts of the gap of each test image: (N,) by name"""
    there = record("vae_gap").numbers["each image"]
    return {name: np.subtract(there[above], there[below]) for name, (above, below) in KINDS.items()}


def posteriors(runs: Runs, data: DataSet) -> Figure:
    """p(z|x) of some test images, and over it the encoder's and the best Gaussian."""
    title = f"Posteriors in the plane of codes: a VAE of 2 code units, {data.name}"
    figure = new_figure(1600, 960, title, layout="constrained")
    net, likelihood = network(runs[0].params, runs[0].settings), runs[0].settings.likelihood
    parts = gaps()
    chosen = [np.argsort(gap)[int(q * len(gap))] for gap in parts.values() for q in QUANTILES]
    x = sampled_once(data.test_images)[chosen]
    both = net.encode(x), best_found(x, net, likelihood)
    for i, axes in enumerate(figure.subplots(len(parts), len(QUANTILES)).flat):
        shapes = [(mu[i], np.exp(0.5 * logvar[i])) for mu, logvar in both]
        _posterior(axes, x[i], shapes, net, likelihood)
        axes.inset_axes((0.0, 1.02, 0.18, 0.18)).imshow(paper(x[i : i + 1], data.size)[0])
        axes.child_axes[0].set_axis_off()
        words = " + ".join(f"{abs(gap[chosen[i]]):.1f}" for gap in parts.values())
        axes.set_title(f"gap {words}", y=1.03)
        if i >= len(QUANTILES):
            axes.set_xlabel("$z_1$")
        if i % len(QUANTILES) == 0:
            axes.set_ylabel(f"by {list(parts)[i // len(QUANTILES)]}\n$z_2$")
    names = "true posterior", "encoder's Gaussian", "best Gaussian"
    handles = [Patch(color=c, label=n) for n, c in zip(names, ("0.6", *LINES[1:]), strict=True)]
    figure.legend(handles=handles, ncols=3, loc="outside lower center")
    return figure


def _posterior(axes: Axes, x: Floats, shapes: Sequence[Any], net: Network, likelihood: str) -> None:
    """One image (D,): its posterior in greys; `shapes` are mean and deviations of each Gaussian."""
    codes, _ = lattice(2, 6.0, POINTS)
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    likely = log_joint(codes.astype(x.dtype), x[None], net, likelihood)[:, 0]
    seen = [codes[likely > likely.max() - 7], *((mu + 3 * s, mu - 3 * s) for mu, s in shapes)]
    for points in map(np.array, seen):
        low, high = np.minimum(low, points.min(axis=0)), np.maximum(high, points.max(axis=0))
    half, middle = 1.15 * max(high - low) / 2, (low + high) / 2
    z1, z2 = (np.linspace(m - half, m + half, POINTS, dtype=x.dtype) for m in middle)
    codes = np.stack(np.meshgrid(z1, z2), axis=-1).reshape(-1, 2)
    likely = log_joint(codes, x[None], net, likelihood).reshape(POINTS, POINTS)
    density = np.exp(likely - likely.max())
    levels = [*levels_of(density), 1.01]
    axes.contourf(z1, z2, density, levels, colors=("0.85", "0.6"))
    for (mu, deviations), colour in zip(shapes, LINES[1:], strict=True):
        for mass in MASSES:
            radius = math.sqrt(-2 * math.log(1 - mass))  # of a normal in two dimensions
            size = 2 * radius * deviations
            axes.add_patch(Ellipse(tuple(mu), *size, fill=False, color=colour, lw=1.5))
    axes.set(aspect="equal")


def levels_of(density: Floats) -> list[float]:
    """The densities of the contours within which the MASSES lie."""
    falling = np.sort(density, axis=None)[::-1]
    total = falling.cumsum(dtype=np.float64)
    return [float(falling[np.searchsorted(total, mass * total[-1])]) for mass in MASSES]


def over_the_plane(runs: Runs, data: DataSet) -> Figure:
    """Each test image at its mean, coloured by the parts of its gap."""
    title = f"Where the bound is loose: a VAE of 2 code units, {data.name}"
    figure = new_figure(1600, 800, title, layout="constrained")
    parts, panels = gaps(), figure.subplots(1, 2, sharex=True, sharey=True)
    count = len(next(iter(parts.values())))
    x, labels = sampled_once(data.test_images)[:count], data.test_labels[:count]
    mu, _ = network(runs[0].params, runs[0].settings).encode(x)
    look: dict[str, Any] = {"cmap": "viridis_r", "norm": LogNorm(0.03, 10), "s": 12}
    for axes, (name, gap) in zip(panels, parts.items(), strict=True):
        order = np.argsort(gap)  # the largest on top
        dots = axes.scatter(*mu[order].T, c=np.maximum(gap[order], 0.03), **look, linewidths=0)
        name_classes(axes, mu, labels, key_of(data), size=11)
        prior_circles(axes)
        axes.set(
            aspect="equal", xlabel="mean of $z_1$", title=f"{name}, {gap.mean():.2f} on average"
        )
    panels[0].set(ylabel="mean of $z_2$")
    figure.colorbar(dots, ax=panels, label="nats", format="{x:g}", extend="both")
    return figure


def by_samples(runs: Runs, data: DataSet) -> Figure:
    """L_K of test images against K, and how far it is below log p; a colour a network."""
    found = record("vae_gap")
    title = f"Importance samples close the gap slowly: VAEs of 2 code units, {found.data}"
    figure = new_figure(1400, 700, title, layout="constrained")
    left, right = figure.subplots(1, 2)
    rows = [row for row in found.numbers["networks"] if row["images"] == TEST]
    K = np.array([1, *SAMPLES])
    for row, colour in zip(rows, LINES, strict=False):
        look: dict[str, Any] = {"color": colour, "ms": 5, "label": f"seed {row['seed']}"}
        values = [row["bound"][0], *(row[f"{k} samples"][0] for k in SAMPLES)]
        left.plot(K, values, "o-", **look)
        left.axhline(row["log p"][0], color=colour, ls="--", lw=1)
        gap, error = np.array([row["gap"], *(row[f"{k} samples less log p"] for k in SAMPLES)]).T
        right.errorbar(K, np.abs(gap), error, fmt="o-", capsize=3, **look)
    left.plot([], [], "--", color="0.3", lw=1, label="log p, summed on a grid")
    left.set(xscale="log", xlabel="K", ylabel="$L_K$ [nats an image]")
    right.set(xscale="log", yscale="log", xlabel="K", ylabel="log p less $L_K$ [nats an image]")
    for axes in (left, right):
        axes.set_xticks(K, [f"{k:,}" for k in K])
        axes.set_xticks([], minor=True)
        axes.grid(alpha=0.3)
    for which in (right.yaxis.set_major_formatter, right.yaxis.set_minor_formatter):
        which("{x:g}")
    left.legend()
    return figure


DRAWINGS = (
    Drawing("vae_gap-posteriors", (plane(0),), posteriors),
    Drawing("vae_gap-map", (plane(0),), over_the_plane),
    Drawing("vae_gap-samples", (), by_samples),
)
