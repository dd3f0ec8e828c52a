"""Checks of vae: the importance-weighted bound, log p(x), the gap, linear models, all codes together.

Sizes as in checks/vae_networks.py.
"""

from functools import partial
from typing import Any

import numpy as np

from grading.check import Arrays, Check, Edge, Record, Rng, exact, require_form
from grading.checks.ad import in_batches, rule
from grading.checks.vae_networks import B, D, K, Z, drawn, plain
from grading.oracles import importance
from grading.oracles.arrays import Array


def _weights(rng: Rng, K: int = K, B: int = B, size: float = 2.0) -> Arrays:
    """Each image's of a size of its own."""
    return (size * rng.normal(size=(K, B)) + 5 * size * rng.normal(size=B),)


def _in_sizes(draw: Any) -> Any:
    square = Edge(draw, "with as many samples as images", K=B)
    return *in_batches(draw), square, Edge(draw, "with weights of e^800", size=200.0)


def _codes(rng: Rng, K: int = K, B: int = B, size: float = 1.0) -> Arrays:
    logvar, eps = size * rng.normal(size=(B, Z)), rng.normal(size=(K, B, Z))
    z = size * rng.normal(size=(B, Z)) + np.exp(0.5 * logvar) * eps
    return 100 * size * rng.normal(size=(K, B)), z, eps, logvar


# The likelihood, the activation, the encoder's hidden layers.
NETWORKS = (
    ("bernoulli", "relu", (7,)),
    ("squared", "tanh", (7, 4)),
    ("gaussian", "elu", (4,)),
    ("squared-linear", "tanh", ()),
    ("laplace", "tanh", (7,)),
)
# Those without kinks, in which the sum over a grid is the integral to many digits.
SMOOTH = tuple((name, "tanh", widths[:1]) for name, _, widths in NETWORKS[:4])


def _of(
    rng: Rng, kind: Any, K: int = K, B: int = B, Z: int = Z, shift: float = 0.0, steep: float = 1.0
) -> Arrays:
    """Images, noise, a network and a likelihood."""
    likelihood, activation, widths = kind
    x, eps, params = drawn(rng, K, B, widths, int(likelihood in ("gaussian", "laplace")), Z)
    *_, (_, biases) = layers = plain(params)[3]
    for W, _ in layers:
        W *= steep
    biases[:D] += shift * rng.choice([-1, 1], D)
    return x, eps, Record("Dense", (params, activation)), likelihood


def _gradient(
    rng: Rng, kind: Any = NETWORKS[0], more: int = 0, doubly: bool = False, **given: Any
) -> Arrays:
    """Of what is left out otherwise, as many are given; the encoder may see a damaged image."""
    x, *others = _of(rng, kind, **given)
    damaged = x * (rng.random(x.shape) < 0.6)
    return x, *others, *(doubly, damaged)[: max(more, doubly)]


def _gradients(doubly: bool) -> Any:
    draw = partial(_gradient, doubly=doubly)
    edges = {"sample": {"K": 1}, "row": {"B": 1}, "sample and one row": {"K": 1, "B": 1}}
    return (
        *(partial(draw, kind=kind, more=i % 3) for i, kind in enumerate(NETWORKS, 1)),
        *(Edge(draw, f"with one {words}", **sizes) for words, sizes in edges.items()),
        Edge(draw, "with as many samples as images", kind=NETWORKS[1], K=B),
        Edge(draw, "with images of e^-800", shift=400.0),
    )  # fmt: skip


def _oracle_gradient(
    x: Any, eps: Any, dense: Any, likelihood: str, doubly: bool = False, seen: Any = None
) -> Any:
    of = importance.doubly if doubly else importance.iwae
    params, activation = plain(dense)
    return of(x, eps, params, likelihood, activation, x if seen is None else seen)


def _joint(rng: Rng, kind: Any = NETWORKS[0], G: int = 7, B: int = B, **given: Any) -> Arrays:
    x, eps, *of = _of(rng, kind, K=G, B=B, **given)
    return 2 * eps[:, 0], x, *of


def _oracle_joint(z: Array, x: Array, dense: Any, likelihood: str) -> Array:
    params, activation = plain(dense)
    return importance.log_p(x, z[:, None], params, likelihood, activation)


def _grid(
    rng: Rng, kind: Any = SMOOTH[0], Z: int = 2, points: tuple[int, ...] = (160,), **given: Any
) -> Arrays:
    """The grid reaches as far as the oracle's integral does: from -8 to 8 at least."""
    while True:
        x, _, *of = _of(rng, kind, Z=Z, steep=0.6, **given)
        mu, sigma = importance.posterior(x, *plain(of[0]))
        if 8 < (np.abs(mu) + 6 * sigma).max() < 12:
            return x, *of, *points


def _oracle_grid(x: Array, dense: Any, likelihood: str, *_: int) -> Array:
    params, activation = plain(dense)
    return importance.integral(x, params[1][0].shape[1], params, likelihood, activation)


def _own(rng: Rng, kind: Any = NETWORKS[0], **given: Any) -> Arrays:
    """Of other Gaussians than the encoder's."""
    x, eps, *of = _of(rng, kind, **given)
    return x, eps, *rng.normal(size=(2, *eps.shape[1:])), *of


def _oracle_own(x: Array, eps: Array, mu: Array, logvar: Array, dense: Any, likelihood: str) -> Any:
    params, activation = plain(dense)
    return importance.own_gaussian(x, eps, mu, logvar, params, likelihood, activation)


def _linear(rng: Rng, N: int = B, Z: int = Z, size: float = 1.0, v: Arrays = ()) -> Arrays:
    x, W, m = rng.normal(size=(N, D)), size * rng.normal(size=(Z, D)), rng.normal(size=D)
    return size * x, W, m, *v


def _ppca(rng: Rng, N: int = 9, Z: int = 4, size: float = 0.8, v: Arrays = ()) -> Arrays:
    """Some of the codes collapse."""
    return rng.normal(size=D) + size * rng.normal(size=(N, D)), Z, *v


def _optimum(inputs: Arrays, outputs: Arrays) -> float:
    """Of W that which does not change where its rows are negated."""
    x, Z, *_ = inputs
    like = np.empty((Z, x.shape[1])), x[0], 0.0, x[0]
    W, *others = require_form(inputs, outputs, like)
    return _PPCA(inputs, (W.T @ W, *others))


_PPCA = exact(importance.ppca)


def _mixture(rng: Rng, M: int = 7, N: int = 4, size: float = 1.0) -> Arrays:
    return 2 * size * rng.normal(size=(M, Z)), *rng.normal(size=(2, N, Z))


def _share(log_w: Array) -> Array:
    return rule(importance.log_mean)(np.ones(log_w.shape[1]), log_w)


def _thirtieth(log_w: Array) -> float:
    """To what errors are relative, since those of large logarithms are."""
    return max(1.0, float(np.abs(log_w).max()) / 30)


I = "vae.importance."  # noqa: E741

# fmt: off
CHECKS = (
    Check("vae.43", I + "log_weights", "logarithms of densities", _in_sizes(_codes)[:-1], exact(importance.log_weights), 2e-14, 50),
    Check("vae.44", I + "neg_iwae", "np.logaddexp", _in_sizes(_weights), exact(lambda log_w: np.log(len(log_w)) - np.logaddexp.reduce(log_w)), 1e-14, 50),
    Check("vae.48", I + "shares", "complex step", _in_sizes(_weights), exact(_share, _thirtieth), 1e-14, 50),
    *(Check(label, I + "importance_gradient", oracle, _gradients(doubly), exact(_oracle_gradient), 1e-12, 10)
      for label, oracle, doubly in (("vae.49", "complex step", False), ("vae.50", "complex step along the codes' paths", True))),
    Check("vae.41", "vae.likelihood.log_joint", "logarithms of densities",
          (*(partial(_joint, kind=kind) for kind in NETWORKS), Edge(_joint, "with one code", G=1), Edge(_joint, "with one image", B=1), Edge(_joint, "with images of e^-800", shift=400.0)),
          exact(_oracle_joint), 3e-14, 20),
    Check("vae.42", "vae.likelihood.grid_log_p", "Gauss and Legendre's rule",
          (_grid, partial(_grid, Z=1), Edge(_grid, "with points left out", points=()), *(partial(_grid, kind=kind) for kind in SMOOTH[1:]),
           Edge(_grid, "with many images", kind=NETWORKS[3], B=20, points=()), Edge(_grid, "with one image", B=1), Edge(_grid, "with images of e^-800", shift=400.0)),
          exact(_oracle_grid), 5e-13, 9),
    Check("vae.47", "vae.gap.posterior_gradient", "quadrature, complex step",
          (*(partial(_own, kind=kind) for kind in NETWORKS), *in_batches(_own)[1:]), exact(_oracle_own), 5e-14, 16),
    Check("vae.51", "vae.linear.linear_nll", "density along the axes of the covariance",
          (_linear, partial(_linear, v=(0.1,)), partial(_linear, v=(2.0,)), Edge(_linear, "with one image", N=1), Edge(_linear, "with one code", Z=1), Edge(_linear, "with large weights", size=30.0)),
          exact(importance.linear_nll), 3e-11, 30),
    Check("vae.52", "vae.linear.linear_gap", "KL of Gaussians",
          (lambda rng: (_linear(rng)[1],), lambda rng: (_linear(rng, Z=4)[1], 0.1), lambda rng: (_linear(rng, Z=3)[1], 2.0)), exact(importance.linear_gap), 1e-13, 30),
    Check("vae.53", "vae.linear.ppca", "singular values",
          (_ppca, partial(_ppca, v=(0.1,)), partial(_ppca, v=(2.0,), size=1.5), Edge(_ppca, "with one image", N=1), Edge(_ppca, "with fewer images than pixels", N=4), Edge(_ppca, "with one code", Z=1)),
          _optimum, 1e-13, 30),
    Check("vae.54", "vae.aggregate.log_aggregate", "density by density",
          (_mixture, Edge(_mixture, "with one code", M=1), Edge(_mixture, "with one posterior", N=1), Edge(_mixture, "with many codes", M=1100), Edge(_mixture, "with codes of e^-800", size=20.0)),
          exact(importance.mixture), 1e-13, 30),
)
# fmt: on
