"""Checks of vae: the bound's parts against quadrature, networks against their definitions.

K = 3 samples, B = 5 images, D = 6 pixels, H = 7 hidden units, Z = 2 codes. The convolutional network
has images of 8 x 8 pixels, 2 and 3 channels, 5 dense units and codes of its own number.
"""

from typing import Any

import numpy as np

from grading.check import Arrays, Check, Record, exact
from grading.oracles import convolution, networks, quadrature
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


def _outputs_and_grey(rng: Rng) -> Arrays:
    """A decoder's outputs where the scale is learned: the last is its logarithm."""
    logits, x = _logits_and_grey(rng)
    return np.concatenate([logits, rng.normal(size=(K, B, 1))], axis=-1), x


def _gaussian_vjp(rng: Rng) -> Arrays:
    return rng.normal(size=(K, B)), *_outputs_and_grey(rng)


def _laplace_vjp(rng: Rng) -> Arrays:
    """Every centre is at least 0.05 away from its pixel, where the density has its kink."""
    dnll, outputs, x = _gaussian_vjp(rng)
    x = 0.25 + 0.5 * x
    logit, sign = np.log(x) - np.log(1 - x), np.sign(outputs[..., :-1])
    outputs[..., :-1] += logit + 0.3 * sign
    return dnll, outputs, x


def _oracle_gaussian_vjp(dnll: Any, outputs: Any, x: Any) -> Any:
    return gradient(lambda a: (networks.gaussian_nll(a, x) * dnll).sum(), (outputs,))


def _oracle_laplace_vjp(dnll: Any, outputs: Any, x: Any) -> Any:
    return gradient(lambda a: (networks.laplace_nll(a, x) * dnll).sum(), (outputs,))


def _neg_elbo(rng: Rng) -> Arrays:
    return 100 * rng.random((K, B)), 10 * rng.random(B)


def _oracle_neg_elbo(nll: Any, kl: Any) -> Any:
    return np.array([sum(nll[:, i]) / K + kl[i] for i in range(B)])


def _params(rng: Rng, scales: int = 0) -> Arrays:
    """Weights of order one; smaller ones where an output is the logarithm of a scale."""

    def layer(inputs: int, outputs: int, size: float = 0.8) -> Arrays:
        return size * rng.normal(size=(inputs, outputs)), 0.5 * rng.normal(size=outputs)

    W3, b3 = layer(H, D + scales)
    W3[:, D:] *= 0.1
    return *layer(D, H), *layer(H, Z), *layer(H, Z, 0.4), *layer(Z, H), W3, b3


def _inputs(rng: Rng, scales: int = 0) -> Arrays:
    return rng.random((B, D)), rng.normal(size=(K, B, Z)), Record("Params", _params(rng, scales))


def _activation(rng: Rng) -> str:
    return str(rng.choice(["relu", "tanh"]))


def _forward(rng: Rng) -> Arrays:
    return *_inputs(rng), _activation(rng)


def _oracle_forward(x: Any, eps: Any, params: Any, activation: str) -> Any:
    return networks.vae_forward(x, eps, params.fields, activation)


def _backward(rng: Rng) -> Arrays:
    x, eps, params, activation = _forward(rng)
    _, trace = _oracle_forward(x, eps, params, activation)
    d = [rng.normal(size=shape) for shape in ((K, B, D), (B, Z), (B, Z))]
    return Record("Outputs", tuple(d)), Record("Trace", trace), params, activation


def _oracle_backward(d: Any, trace: Any, params: Any, activation: str) -> Any:
    x, eps = trace.fields[0], trace.fields[3]

    def weighted(*params: Any) -> Any:
        outputs, _ = networks.vae_forward(x, eps, params, activation)
        return sum((dy * y).sum() for dy, y in zip(d.fields, outputs, strict=True))

    return gradient(weighted, params.fields)


SIDE, CHANNELS, DENSE, CODES = 8, (2, 3), 5, 4  # of the convolutional network


def _conv_params(rng: Rng) -> Arrays:
    C1, C2 = CHANNELS
    flat = (SIDE // 4) ** 2 * C2

    def layer(outputs: int, *shape: int) -> Arrays:
        scale = 1 / np.sqrt(
            np.prod(shape) / shape[-1]
        )  # so that every layer's values are of order 1
        return scale * rng.normal(size=shape), 0.5 * rng.normal(size=outputs)

    encoder = *layer(C1, 3, 3, 1, C1), *layer(C2, 3, 3, C1, C2), *layer(DENSE, flat, DENSE)
    heads = *layer(CODES, DENSE, CODES), *layer(CODES, DENSE, CODES)
    decoder = *layer(flat, CODES, flat), *layer(C2, 3, 3, C2, C2), *layer(C1, 3, 3, C1, C2)
    return *encoder, *heads, *decoder, *layer(1, 3, 3, 1, C1)


def _conv_forward(rng: Rng) -> Arrays:
    eps = rng.normal(size=(2, 3, CODES))
    return rng.random((3, SIDE**2)), eps, Record("Params", _conv_params(rng))


def _oracle_conv_forward(x: Any, eps: Any, params: Any) -> Any:
    return convolution.vae_forward(x, eps, params.fields)


def _conv_backward(rng: Rng) -> Arrays:
    x, eps, params = _conv_forward(rng)
    outputs, trace = _oracle_conv_forward(x, eps, params)
    d = tuple(rng.normal(size=y.shape) for y in outputs)
    return Record("Outputs", d), Record("Trace", trace), params


def _oracle_conv_backward(d: Any, trace: Any, params: Any) -> Any:
    x, eps = trace.fields[0].reshape(3, -1), trace.fields[5]

    def weighted(*params: Any) -> Any:
        outputs, _ = convolution.vae_forward(x, eps, params)
        return sum((dy * y).sum() for dy, y in zip(d.fields, outputs, strict=True))

    return gradient(weighted, params.fields)


SCALES = {"bernoulli": 0, "squared": 0, "gaussian": 1, "laplace": 1}  # outputs that are no pixels


def _costs(rng: Rng) -> Arrays:
    likelihood = str(rng.choice(list(SCALES)))
    return *_inputs(rng, SCALES[likelihood]), likelihood, _activation(rng)


def _gradient(rng: Rng) -> Arrays:
    """In half of the cases the encoder sees an image of which pixels were taken away."""
    x, eps, params, likelihood, activation = _costs(rng)
    seen = x * (rng.random(x.shape) < 0.6) if rng.random() < 0.5 else None
    return x, eps, params, likelihood, 0.5 + rng.random(), activation, seen


def _oracle_costs(x: Any, eps: Any, params: Any, likelihood: str, activation: str) -> Any:
    (outputs, mu, logvar), _ = networks.vae_forward(x, eps, params.fields, activation)
    return networks.NLLS[likelihood](outputs, x), quadrature.kl_standard_normal(mu, logvar)


def _oracle_gradient(
    x: Any, eps: Any, params: Any, likelihood: str, beta: float, activation: str, seen: Any
) -> Any:
    seen = x if seen is None else seen
    return gradient(
        lambda *p: networks.mean_cost(x, eps, p, likelihood, beta, activation, seen),
        params.fields,
    )


E, DENSITY, STEP = "vae.elbo.", "vae.densities.", "complex step"

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
    Check("vae.24", DENSITY + "gaussian_nll", "logarithm of the density", _outputs_and_grey,
          exact(networks.gaussian_nll), 3e-14, 50),
    Check("vae.25", DENSITY + "gaussian_nll_vjp", STEP, _gaussian_vjp, exact(_oracle_gaussian_vjp), 3e-14, 20),
    Check("vae.26", DENSITY + "laplace_nll", "logarithm of the density", _outputs_and_grey,
          exact(networks.laplace_nll), 3e-14, 50),
    Check("vae.27", DENSITY + "laplace_nll_vjp", STEP, _laplace_vjp, exact(_oracle_laplace_vjp), 3e-14, 20),
    Check("vae.20", "vae.mlp.forward", "term by term", _forward, exact(_oracle_forward), 1e-13, 30),
    Check("vae.21", "vae.mlp.backward", STEP, _backward, exact(_oracle_backward), 1e-13, 12),
    Check("vae.31", "vae.conv.forward", "convolutions as matrices", _conv_forward,
          exact(_oracle_conv_forward), 3e-14, 20),
    Check("vae.32", "vae.conv.backward", "convolutions as matrices, complex step", _conv_backward,
          exact(_oracle_conv_backward), 1e-13, 3),
    Check("vae.22", "vae.objective.costs", "quadrature", _costs, exact(_oracle_costs), 3e-14, 30),
    Check("vae.23", "vae.objective.gradient", "quadrature, complex step", _gradient,
          exact(_oracle_gradient), 5e-14, 12),
)
# fmt: on
