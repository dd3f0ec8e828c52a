"""Checks of vae: the bound's parts against quadrature, networks against their definitions.

K = 3 samples, B = 5 images, D = 6 pixels, H = 7 hidden units, Z = 2 codes.
"""

from typing import Any

import numpy as np

from grading.check import Arrays, Check, Record, exact
from grading.oracles import networks, quadrature
from grading.oracles.differences import gradient

K, B, D, H, Z = 3, 5, 6, 7, 2
Rng = np.random.Generator


def _posterior(rng: Rng) -> Arrays:
    return 1.5 * rng.normal(size=(B, Z)), 1.5 * rng.normal(size=(B, Z))


def _kl_vjp(rng: Rng) -> Arrays:
    return rng.normal(size=B), *_posterior(rng)


def _oracle_kl_vjp(dkl: Any, mu: Any, logvar: Any) -> Any:
    def weighted(mu: Any, logvar: Any) -> Any:
        return (quadrature.kl_standard_normal(mu, logvar) * dkl).sum()

    return gradient(weighted, (mu, logvar))


def _reparameterise(rng: Rng) -> Arrays:
    return *_posterior(rng), rng.normal(size=(K, B, Z))


def _sample(mu: Any, logvar: Any, eps: Any) -> Any:
    return np.stack([mu + np.sqrt(np.exp(logvar)) * e for e in eps])


def _reparameterise_vjp(rng: Rng) -> Arrays:
    return rng.normal(size=(K, B, Z)), rng.normal(size=(B, Z)), rng.normal(size=(K, B, Z))


def _oracle_reparameterise_vjp(dz: Any, logvar: Any, eps: Any) -> Any:
    return gradient(
        lambda mu, logvar: (_sample(mu, logvar, eps) * dz).sum(), (np.zeros((B, Z)), logvar)
    )


def _logits_and_grey(rng: Rng) -> Arrays:
    logits = 3 * rng.normal(size=(K, B, D))
    logits[0, 0, :2] = 800, -800
    return logits, rng.random((B, D))


def _squared_vjp(rng: Rng) -> Arrays:
    return rng.normal(size=(K, B)), *_logits_and_grey(rng)


def _oracle_squared_vjp(dnll: Any, logits: Any, x: Any) -> Any:
    return gradient(lambda a: (networks.squared_error(a, x) * dnll).sum(), (logits,))


def _neg_elbo(rng: Rng) -> Arrays:
    return 100 * rng.random((K, B)), 10 * rng.random(B)


def _oracle_neg_elbo(nll: Any, kl: Any) -> Any:
    return np.array([sum(nll[:, i]) / K + kl[i] for i in range(B)])


def _params(rng: Rng) -> Arrays:
    def layer(inputs: int, outputs: int) -> Arrays:
        return 0.8 * rng.normal(size=(inputs, outputs)), 0.5 * rng.normal(size=outputs)

    return *layer(D, H), *layer(H, Z), *layer(H, Z), *layer(Z, H), *layer(H, D)


def _forward(rng: Rng) -> Arrays:
    return rng.random((B, D)), rng.normal(size=(K, B, Z)), Record("Params", _params(rng))


def _oracle_forward(x: Any, eps: Any, params: Any) -> Any:
    return networks.vae_forward(x, eps, params.fields)


def _backward(rng: Rng) -> Arrays:
    x, eps, params = _forward(rng)
    _, trace = _oracle_forward(x, eps, params)
    d = [rng.normal(size=shape) for shape in ((K, B, D), (B, Z), (B, Z))]
    return Record("Outputs", tuple(d)), Record("Trace", trace), params


def _oracle_backward(d: Any, trace: Any, params: Any) -> Any:
    x, eps = trace.fields[0], trace.fields[3]

    def weighted(*params: Any) -> Any:
        outputs, _ = networks.vae_forward(x, eps, params)
        return sum((dy * y).sum() for dy, y in zip(d.fields, outputs, strict=True))

    return gradient(weighted, params.fields)


def _costs(rng: Rng) -> Arrays:
    return *_forward(rng), str(rng.choice(["bernoulli", "squared"]))


def _gradient(rng: Rng) -> Arrays:
    return *_costs(rng), 0.5 + rng.random()


def _oracle_costs(x: Any, eps: Any, params: Any, likelihood: str) -> Any:
    (logits, mu, logvar), _ = networks.vae_forward(x, eps, params.fields)
    nll = {"bernoulli": networks.bernoulli_nll, "squared": networks.squared_error}[likelihood]
    return nll(logits, x), quadrature.kl_standard_normal(mu, logvar)


def _oracle_gradient(x: Any, eps: Any, params: Any, likelihood: str, beta: float) -> Any:
    return gradient(lambda *p: networks.mean_cost(x, eps, p, likelihood, beta), params.fields)


E, STEP = "vae.elbo.", "complex step"

# fmt: off
CHECKS = (
    Check("vae.5", E + "neg_elbo", "image by image", _neg_elbo, exact(_oracle_neg_elbo), 1e-14, 30),
    Check("vae.8", E + "kl_diag_gaussian", "quadrature", _posterior,
          exact(quadrature.kl_standard_normal), 3e-14, 50),
    Check("vae.10", E + "kl_diag_gaussian_vjp", "quadrature, complex step", _kl_vjp,
          exact(_oracle_kl_vjp), 3e-14, 20),
    Check("vae.12", E + "reparameterise", "sample by sample", _reparameterise, exact(_sample), 1e-14, 50),
    Check("vae.13", E + "reparameterise_vjp", STEP, _reparameterise_vjp,
          exact(_oracle_reparameterise_vjp), 1e-14, 50),
    Check("vae.16", E + "squared_error", "logarithm of the density", _logits_and_grey,
          exact(networks.squared_error), 1e-14, 50),
    Check("vae.17", E + "squared_error_vjp", STEP, _squared_vjp, exact(_oracle_squared_vjp), 1e-14, 20),
    Check("vae.20", "vae.mlp.forward", "term by term", _forward, exact(_oracle_forward), 1e-13, 20),
    Check("vae.21", "vae.mlp.backward", STEP, _backward, exact(_oracle_backward), 1e-13, 6),
    Check("vae.22", "vae.objective.costs", "quadrature", _costs, exact(_oracle_costs), 3e-14, 20),
    Check("vae.23", "vae.objective.gradient", "quadrature, complex step", _gradient,
          exact(_oracle_gradient), 1e-13, 6),
)
# fmt: on
