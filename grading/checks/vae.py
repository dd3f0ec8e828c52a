"""Checks of vae: the parts of the bound, against quadrature and densities.

K = 3 samples, B = 5 images, D = 6 pixels, Z = 2 codes.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Rng, exact
from grading.checks.ad import in_batches, rule, with_large, with_upstream
from grading.oracles import networks, quadrature

K, B, D, Z = 3, 5, 6, 2


def _posterior(rng: Rng, B: int = B, wide: bool = False, size: float = 1.5, Z: int = Z) -> Arrays:
    mu, logvar = size * rng.normal(size=(2, B, Z))
    return (10 * mu, rng.uniform(-30, 11, (B, Z))) if wide else (mu, logvar)


VARIANCES = "with tiny and huge variances"


def _in_widths(draw: Any) -> Any:
    """Draws of a batch, of variances from tiny to huge, of one row, of codes near the prior, and of
    one code.
    """
    near, one = Edge(draw, "near the prior", size=0.03), Edge(draw, "with one code", Z=1)
    return draw, Edge(draw, VARIANCES, wide=True), Edge(draw, "with one row", B=1), near, one


def _two_gaussians(rng: Rng, B: int = B, **kind: Any) -> Arrays:
    return *_posterior(rng, B, **kind), *_posterior(rng, B, **kind)


def _reparameterise(rng: Rng, K: int = K, B: int = B, wide: bool = False) -> Arrays:
    return *_posterior(rng, B, wide), rng.normal(size=(K, B, Z))


def _sample(mu: Array, logvar: Array, eps: Array) -> Array:
    return np.stack([mu + np.sqrt(np.exp(logvar)) * e for e in eps])


def _reparameterise_vjp(rng: Rng, K: int = K, B: int = B, wide: bool = False) -> Arrays:
    return rng.normal(size=(K, B, Z)), _posterior(rng, B, wide)[1], rng.normal(size=(K, B, Z))


def _oracle_reparameterise_vjp(dz: Array, logvar: Array, eps: Array) -> Any:
    return rule(_sample, 2)(dz, np.zeros_like(logvar), logvar, eps)  # any mu has the same


def _logits_and_grey(rng: Rng, K: int = K, B: int = B) -> Arrays:
    logits = 3 * rng.normal(size=(K, B, D))
    logits[0, 0, :2] = 800, -800
    return logits, rng.random((B, D))


def _outputs_and_grey(rng: Rng, K: int = K, B: int = B, scale: float = 0.0) -> Arrays:
    """A decoder's outputs where the scale is learned: the last is its logarithm."""
    logits, x = _logits_and_grey(rng, K, B)
    return np.concatenate([logits, scale + rng.normal(size=(K, B, 1))], axis=-1), x


_gaussian_vjp = with_upstream(_outputs_and_grey, K=K, B=B)


def _in_scales(draw: Any) -> Any:
    return *with_large(in_batches(draw)), Edge(draw, "with a tiny scale", scale=-11.0)


def _rate(dnll: Array, outputs: Array, x: Array) -> float:
    """To what errors of gradients are relative: an error of the centre counts for so much."""
    return max(1.0, float(np.exp(-outputs[..., -1]).max()) / 10)


def _laplace_vjp(rng: Rng, K: int = K, B: int = B, scale: float = 0.0, met: bool = False) -> Arrays:
    """Every centre is off its pixel, where the density has its kink, but for two that saturate, and
    one if a pixel is to be met.
    """
    dnll, outputs, x = _gaussian_vjp(rng, K=K, B=B, scale=scale)
    x = 0.25 + 0.5 * x
    x[0, 2] = 0.5 if met else x[0, 2]
    logit, sign = np.log(x) - np.log(1 - x), np.sign(outputs[..., :-1])
    outputs[..., :-1] += logit + 0.3 * sign
    x[0, :2] = 1, 0
    outputs[0, 0, 2] *= not met
    return dnll, outputs, x


def _neg_elbo(rng: Rng, K: int = K, B: int = B) -> Arrays:
    """Costs of densities, which may be negative."""
    return 30 * rng.normal(size=(K, B)), 10 * rng.random(B)


def _oracle_neg_elbo(nll: Array, kl: Array) -> Array:
    return np.array([sum(nll[:, i]) / len(nll) + kl[i] for i in range(len(kl))])


E, DENSITY, STEP = "vae.elbo.", "vae.densities.", "complex step"

# fmt: off
CHECKS = (
    Check("vae.5", E + "neg_elbo", "image by image", (*in_batches(_neg_elbo), Edge(_neg_elbo, "with as many samples as images", K=B)), exact(_oracle_neg_elbo), 1e-14, 30),
    Check("vae.8", E + "kl_diag_gaussian", "quadrature", _in_widths(_posterior),
          exact(quadrature.kl_standard_normal), 3e-14, 50),
    Check("vae.12", E + "kl_diag_gaussian_vjp", "quadrature, complex step", _in_widths(with_upstream(_posterior, B=B)),
          exact(rule(quadrature.kl_standard_normal, 2)), 1e-13, 20),
    Check("vae.11", E + "kl_gaussians", "quadrature", _in_widths(_two_gaussians), exact(quadrature.kl_normals), 3e-14, 50),
    Check("vae.14", E + "reparameterise", "sample by sample", (_reparameterise, Edge(_reparameterise, VARIANCES, wide=True), Edge(_reparameterise, "with many samples", K=7), *in_batches(_reparameterise)), exact(_sample), 1e-14, 50),
    Check("vae.15", E + "reparameterise_vjp", STEP, (_reparameterise_vjp, Edge(_reparameterise_vjp, VARIANCES, wide=True), *in_batches(_reparameterise_vjp)),
          exact(_oracle_reparameterise_vjp), 6e-14, 50),
    Check("vae.16", E + "squared_error", "logarithm of the density", with_large(in_batches(_logits_and_grey)),
          exact(networks.squared_error), 1e-14, 50),
    Check("vae.17", E + "squared_error_vjp", STEP, with_large(in_batches(with_upstream(_logits_and_grey, K=K, B=B))), exact(rule(networks.squared_error)), 1e-14, 20),
    Check("vae.18", E + "linear_squared_error", "logarithm of the density", with_large(in_batches(_logits_and_grey)),
          exact(networks.linear_squared_error), 3e-14, 50),
    Check("vae.19", E + "linear_squared_error_vjp", STEP, with_large(in_batches(with_upstream(_logits_and_grey, K=K, B=B))),
          exact(rule(networks.linear_squared_error)), 1e-14, 20),
    Check("vae.22", DENSITY + "gaussian_nll", "logarithm of the density", _in_scales(_outputs_and_grey),
          exact(networks.gaussian_nll), 3e-14, 50),
    Check("vae.23", DENSITY + "gaussian_nll_vjp", STEP, _in_scales(_gaussian_vjp), exact(rule(networks.gaussian_nll), _rate), 3e-14, 20),
    Check("vae.24", DENSITY + "laplace_nll", "logarithm of the density", _in_scales(_outputs_and_grey),
          exact(networks.laplace_nll), 3e-14, 50),
    Check("vae.25", DENSITY + "laplace_nll_vjp", STEP, (*_in_scales(_laplace_vjp), Edge(_laplace_vjp, "where a pixel is met", met=True)), exact(rule(networks.laplace_nll), _rate), 3e-14, 20),
)
# fmt: on
