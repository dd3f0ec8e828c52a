"""What the latent space of a VAE with two codes shows: the five questions, drawn."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from experiments.latent_posterior import decoded, encode, load_images, summaries
from experiments.latent_space import NETWORKS, SWEEP
from experiments.measures import rank_correlation
from experiments.record import read as read_record
from figures.diagrams import kinds_of_models
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.images import mosaic, paper
from figures.latent_digits import digit_by_digit
from figures.latent_plane import key_of, scatter
from figures.style import LINES, new_figure
from training.streams import stream

DECODED = (0.0, 0.1, 1.0, 4.0)  # weights of the KL whose prior samples are shown
DRAWN = 5  # codes from the prior, the same for all networks
ABOVE = 250.0  # nats an image; without the KL the cost lies far above
NATS = "nats an image, validation"
COSTS = {"cost": "cost: minus the bound", "reconstruction": "reconstruction"}
PLANE = {"accuracy": "accuracy of 10 neighbours"}
PLANE["means where 99% of the prior lie"] = "means where 99 % of N(0, I) lie"
CODES = {"deviation of the means": "of the means, over images"}
CODES["mean deviation of the posterior"] = "of the posterior of an image"
WAYS = {"prior sample to nearest image": "from a prior sample to an image"}
WAYS["image to nearest prior sample"] = "from an image to a prior sample"


def posterior_and_cost(runs: Runs, data: DataSet) -> Figure:
    network = runs[0]
    images = load_images(network.settings)
    q = encode(network, images.x)
    title = f"Posterior and cost of single images: VAE 784-500-2-500-784, {data.name}"
    figure = new_figure(1760, 860, title, "constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for axes, (name, values) in zip(panels, reversed(summaries(q).items()), strict=True):
        scatter(axes, np.stack([values, q.nll], axis=1), images.labels, key_of(data))
        words = name.replace("|mu|", "$|\\mu|$")
        title = f"(d) {words}: rank correlation {rank_correlation(q.nll, values):.2f}"
        axes.set(xlabel=words, title=title)
    panels[0].set_ylabel("reconstruction cost [nats an image]")
    return figure


def kl_weights(runs: Runs, data: DataSet) -> Figure:
    """Costs, accuracy, codes and distances against the weight, and images from the prior."""
    there = read_record("latent_space")
    rows = there.numbers["weight of the KL"]
    title = f"Without the KL, and with other weights of it: VAE 784-500-2-500-784, {there.data}"
    figure = new_figure(1860, 1240, title, "constrained")
    cost, kl, plane, codes, distance, images = figure.subplots(2, 3).flat
    _lines(cost, rows, COSTS, title="Cost, with the whole KL", ylabel=NATS)
    lowest = min(row["reconstruction"]["mean"] for row in rows)
    cost.set(ylim=(lowest - 0.1 * (ABOVE - lowest), ABOVE))
    for x, row in enumerate(rows):
        if row["cost"]["mean"] > ABOVE:
            cost.text(x + 0.1, ABOVE, f"{row['cost']['mean']:.0f}", color=LINES[0], va="top")
    _lines(kl, rows, {"KL": ""}, title="KL", ylabel=NATS, yscale="log")
    plane.set(ylim=(0, 1.2))
    _lines(plane, rows, PLANE, title="The plane of codes", ylabel="fraction of the images")
    _lines(codes, rows, CODES, title="Standard deviations of codes", yscale="log")
    codes.set(ylabel="units of the code")
    words = "To the nearest (dashed: of training images)"
    _lines(distance, rows, WAYS, title=words, ylabel="pixels that differ")
    for value, colour in zip(there.numbers["real images"].values(), LINES, strict=False):
        distance.axhline(value, color=colour, ls="--", lw=1)
    _from_prior(images, runs, data)
    return figure


def _lines(axes: Axes, rows: Sequence[Any], names: dict[str, str], **look: Any) -> None:
    x = range(len(rows))
    for (name, words), colour in zip(names.items(), LINES, strict=False):
        mean, spread = ([row[name][key] or 0 for row in rows] for key in ("mean", "spread"))
        axes.errorbar(x, mean, spread, color=colour, marker="o", ms=5, capsize=3, label=words)
    axes.set_xticks(x, [f"{row['beta']:g}" for row in rows])
    axes.set(xlabel="weight of the KL in training", **look)
    axes.grid(alpha=0.3)
    if len(names) > 1:
        axes.legend(fontsize=9)


def _from_prior(axes: Axes, networks: Runs, data: DataSet) -> None:
    """The same codes of the prior, decoded by networks of several weights, a row each."""
    z = stream(0, "figure prior").standard_normal((DRAWN, networks[0].settings.codes))
    tiles = np.concatenate([paper(decoded(one, z), data.size) for one in networks])
    picture = mosaic(tiles, DRAWN)
    axes.imshow(picture, interpolation="nearest")
    places = (np.arange(len(networks)) + 0.5) * len(picture) / len(networks)
    axes.set_yticks(places, [f"{network.settings.beta:g}" for network in networks])
    axes.set(xticks=[], ylabel="weight of the KL", title="The same codes from N(0, I), decoded")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


DRAWINGS = (
    Drawing("latent_space-models", (), kinds_of_models),
    Drawing("latent_space-digits", (), digit_by_digit),
    Drawing("latent_space-posterior", NETWORKS["short"][:1], posterior_and_cost),
    Drawing("latent_space-kl-weight", tuple(SWEEP[beta][0] for beta in DECODED), kl_weights),
)
