"""Pictures of the chapters on the variational autoencoder."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from autograd_lite.losses import bernoulli_nll
from autograd_lite.ops import Array
from figures.boxes import MIDDLE
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.graphs import two_ways_of_a_gradient
from figures.images import as_trained, labelled_rows, one_of_each, paper
from figures.latent_plane import encoded, in_few_greys, key_of, manifold, prior_circles, scatter
from figures.posterior import log_p_and_its_bounds
from figures.quick import TABLE
from figures.style import LINES, TEN, new_figure, sheet
from grading.oracles.quadrature import log_normal
from training.streams import stream
from vae.elbo import kl_diag_gaussian
from vae.train import network

BLUE, ORANGE = LINES[:2]
MADE = {row.label: row.training("mnist") for row in TABLE}


def reconstructed_and_drawn(runs: Runs, data: DataSet) -> Figure:
    """The first test digit of each class, what the VAE of 16 codes decodes from the mean of its
    codes, and what it decodes from codes drawn from N(0, I).
    """
    run = runs[0]
    net, digits = network(run.params, run.settings), one_of_each(data)
    mu, _ = encoded(run, digits)
    z = stream(0, "figure prior").standard_normal((20, mu.shape[1]), dtype=mu.dtype)
    first, second = np.split(paper(net.pixels(z), data.size), 2)
    figure = new_figure(1010, 376, "")
    shown = {"test digits": paper(as_trained(digits, run.settings), data.size)}
    shown |= {"decoded\nagain": paper(net.pixels(mu), data.size)}
    labelled_rows(figure, shown, 134, 12, 3)
    labelled_rows(figure, {"codes from\nthe prior": first, "": second}, 134, 196, 3)
    return figure


def latent_plane(runs: Runs, data: DataSet) -> Figure:
    """The VAE of 2 codes: the means of the test digits' codes, with circles at 1 and 2 standard
    deviations of the prior; and what it decodes from a grid of codes from -3 to 3.
    """
    run = runs[0]
    figure = new_figure(1020, 526, "")
    right = manifold(figure, in_few_greys(run), data.size, (590, 44), 1, 15, (-3, 3))
    left = figure.add_axes(right.get_position().translated(-518 / 1020, 0).bounds)
    mu, _ = encoded(run, data.test_images)
    scatter(left, mu, data.test_labels, key_of(data), size=2, letters=9)
    prior_circles(left)
    left.set(aspect="equal", adjustable="box", xlim=(-5, 5), ylim=(-5.8, 4.2))
    handles = [Patch(color=colour, label=str(digit)) for digit, colour in enumerate(TEN)]
    tight = {"handlelength": 0.6, "handletextpad": 0.3, "columnspacing": 0.5}
    left.legend(handles=handles, ncols=10, loc="lower center", fontsize=9, **tight)
    for axes in (left, right):
        axes.set(xlabel="first code", ylabel="second code")
    left.set(title="encoded: means of test digits")
    right.set(title="decoded: a grid of codes")
    return figure


LINE = np.linspace(-12, 12, 24_001)  # of codes, for integrals
STEP = float(LINE[1] - LINE[0])


def kl_as_an_area() -> Figure:
    """q = N(1, 1/4), p = N(0, 1), and q log(q / p), whose area, what lies below 0 subtracted, is
    kl_diag_gaussian's number.
    """
    mean, variance = 1.0, 0.25
    kl = kl_diag_gaussian(np.array([[mean]]), np.log([[variance]])).item()
    log_q, log_p = log_normal(LINE, mean, variance**0.5), log_normal(LINE, 0, 1)
    integrand = np.exp(log_q) * (log_q - log_p)
    above, below = (float(np.maximum(s * integrand, 0).sum()) * STEP for s in (1, -1))
    figure = sheet(900, 440)
    axes = figure.subplots()
    shown = slice(8_800, 15_201, 20)  # -3.2 to 3.2
    z, height = LINE[shown], integrand[shown]
    axes.plot(z, np.exp(log_q[shown]), color=BLUE, lw=2, label="$q(z) = N(z; 1, ¼)$")
    axes.plot(z, np.exp(log_p[shown]), color="0.45", lw=2, ls="--", label="$p(z) = N(z; 0, 1)$")
    axes.plot(z, height, color=ORANGE, lw=1.4, label="$q(z)\\,\\log\\,(q(z)\\,/\\,p(z))$")
    axes.fill_between(z, height, color=ORANGE, alpha=0.3, lw=0)
    axes.text(1.15, 0.4, f"{above:.4f}", **MIDDLE)
    axes.text(0.05, -0.2, f"−{below:.4f}", **MIDDLE)
    axes.text(-3.1, 0.66, f"{above:.4f} − {below:.4f} = {kl:.4f} nats: the KL", color=ORANGE)
    axes.axhline(0, color="0.3", lw=0.8)
    axes.set(xlim=(-3.2, 3.2), ylim=(-0.28, 1.05), xlabel="code $z$")
    axes.legend(loc="upper left")
    return figure


def bound_and_gap() -> Figure:
    """One code from N(0, 1). Left, x from N(z, 1), seen at 1: the posterior is N(1/2, 1/2), and q
    has its variance. Right, a black pixel whose logit is 4 z^2 - 6: the posterior has two peaks,
    and q the variance 0.15. Integrals over z are sums in steps of 0.001.
    """
    figure = sheet(900, 420)
    left, right = figure.subplots(1, 2)
    _bounds(left, log_normal(1.0 - LINE, 0.0, 1.0), 0.5)
    left.set(title="normal posterior: $q$ can be it")
    _bounds(right, -bernoulli_nll((4 * LINE**2 - 6)[:, None], np.ones((1, 1))), 0.15)
    right.set(title="posterior with two peaks: $q$ cannot")
    return figure


def _bounds(axes: Axes, log_likelihood: Array, variance: float) -> None:
    """The bound for q = N(m, variance) against m; dots: log p less KL(q || posterior)."""
    log_joint = log_normal(LINE, 0, 1) + log_likelihood
    log_p = float(np.log(np.exp(log_joint).sum() * STEP))
    means = np.linspace(-2.5, 2.5, 101)
    q = np.exp(log_normal(LINE, means[:, None], variance**0.5))
    kl = kl_diag_gaussian(means[:, None], np.full((101, 1), np.log(variance)))
    bound = (q * log_likelihood).sum(axis=1) * STEP - kl
    gap = (q * (np.log(q + 1e-300) - log_joint + log_p)).sum(axis=1) * STEP
    axes.axhline(log_p, color="0.3", lw=2, label="$\\log p(x)$")
    axes.plot(means, bound, color=BLUE, lw=2.2, label="bound")
    label = "$\\log p(x)$ − KL to the posterior"
    axes.plot(means[::5], (log_p - gap)[::5], "o", color=ORANGE, ms=5, label=label)
    best = int(bound.argmax())
    if gap[best] > 0.01:
        ends = (means[best], log_p), (means[best], bound[best])
        axes.annotate("", *ends, arrowprops={"arrowstyle": "<->", "shrinkA": 0, "shrinkB": 0})
        middle = bound[best] + gap[best] / 2
        axes.text(means[best] + 0.15, middle, f"gap {gap[best]:.2f}", va="center")
    else:
        axes.text(means[best], log_p - 0.5, "no gap", ha="center")
    axes.set(xlabel="mean of $q$", ylim=(log_p - 3.2, log_p + 1.3), ylabel="nats")
    axes.legend(loc="upper center", ncols=2, columnspacing=1, handlelength=1.5, fontsize=9.5)


PICTURES = (
    Drawing("vae-model.png", (MADE["vae-16"],), reconstructed_and_drawn),
    Drawing("vae-kl-area.svg", (), kl_as_an_area),
    Drawing("vae-bound-gap.svg", (), bound_and_gap),
    Drawing("vae-reparameterisation.svg", (), two_ways_of_a_gradient),
    Drawing("vae-latent-plane.png", (MADE["vae-2"],), latent_plane),
    Drawing("vae-likelihood.png", (MADE["vae-2"],), log_p_and_its_bounds),
)
