"""Right answers, written differently from the reference: no check may refuse one.

A name says of which function, and how it is written: kl_diag_gaussian__by_sigma.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

from grading import alternatives_networks
from grading.oracles.arrays import Array


def kl_diag_gaussian__by_sigma(mu: Array, logvar: Array) -> Array:
    sigma = np.sqrt(np.exp(logvar))
    return np.sum(0.5 * sigma**2 + 0.5 * mu**2 - 0.5 - np.log(sigma), axis=1)


def free_energy__by_units(v: Array, W: Array, b: Array, c: Array) -> Array:
    total = -(b * v).sum(axis=1)
    for j in range(len(c)):
        total = total - np.logaddexp(0, c[j] + v @ W[:, j])
    return total


def sigmoid__in_two_branches(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def bernoulli__by_binomial(rng: Any, probs: Array) -> Array:
    return rng.binomial(1, probs).astype(probs.dtype)


def bernoulli__row_by_row(rng: Any, probs: Array) -> Array:
    return np.stack([(1 - rng.random(row.shape) <= row).astype(row.dtype) for row in probs])


def statistics__by_einsum(v: Array, W: Array, c: Array) -> Any:
    h = sigmoid__in_two_branches(np.einsum("bi,ij->bj", v, W) + c)
    return np.einsum("bi,bj->ij", v, h) / len(v), np.mean(v, 0), np.mean(h, 0)


def bernoulli_nll__by_cases(logits: Array, x: Array) -> Array:
    return (np.maximum(logits, 0) - logits * x + np.log1p(np.exp(-np.abs(logits)))).sum(-1)


def free_energy_gap__as_a_python_float(train: Array, validation: Array, *params: Array) -> float:
    means = [free_energy__by_units(v, *params).mean() for v in (train, validation)]
    return float(means[1]) - float(means[0])


def log_pseudo_likelihood__by_free_energies(v: Array, W: Array, b: Array, c: Array) -> Any:
    total = np.zeros(len(v), v.dtype)
    for i in range(v.shape[1]):
        flipped = v.copy()
        flipped[:, i] = 1 - flipped[:, i]
        gap = free_energy__by_units(flipped, W, b, c) - free_energy__by_units(v, W, b, c)
        total = total - np.logaddexp(0, -gap)
    return total


def gibbs__one_chain_at_a_time(
    rng: Any, v: Array, W: Array, b: Array, c: Array, steps: Any, known: Any = None
) -> Array:
    v = v.copy()
    keep = np.zeros(v.shape, bool) if known is None else known
    for _ in range(steps):
        h = rng.binomial(1, 0.5 + 0.5 * np.tanh((v @ W + c) / 2))
        fresh = rng.binomial(1, 0.5 + 0.5 * np.tanh((h @ W.T + b) / 2)).astype(v.dtype)
        v[~keep] = fresh[~keep]
    return v


def inpaint__in_one_loop(
    rng: Any, v: Array, known: Any, W: Array, b: Array, c: Array, *sweeps: int
) -> Array:
    burn_in, average = sweeps or (100, 100)
    dtype, v = v.dtype, np.where(known, v, rng.integers(0, 2, v.shape)).astype(v.dtype)
    total = np.zeros_like(v)
    for t in range(burn_in + average):
        h = rng.binomial(1, sigmoid__in_two_branches(v @ W + c)).astype(dtype)
        p = sigmoid__in_two_branches(h @ W.T + b)
        v = np.where(known, v, rng.binomial(1, p)).astype(dtype)
        total += p * (t >= burn_in)
    return np.where(known, v, total / average)


def _annealed(beta: float, base: Array, W: Array, b: Array, c: Array) -> Any:
    return beta * W, base + beta * (b - base), beta * c


def ais__by_free_energies(rng: Any, chains: int, betas: Array, base: Array, *params: Array) -> Any:
    v = rng.binomial(1, sigmoid__in_two_branches(base), (chains, len(base))).astype(base.dtype)
    log_w = np.logaddexp(0, base).sum() + len(params[2]) * np.logaddexp(0, base[:1] * 0)[0]
    for t in range(1, len(betas)):
        low, high = (_annealed(float(beta), base, *params) for beta in betas[t - 1 : t + 1])
        log_w = log_w + free_energy__by_units(v, *low) - free_energy__by_units(v, *high)
        v = gibbs__one_chain_at_a_time(rng, v, high[0], high[1], high[2], 1)
    return v, log_w


def reverse_ais__by_free_energies(rng: Any, v: Array, betas: Array, *machine: Array) -> Array:
    first = _annealed(0.0, *machine)
    log_w = np.logaddexp(0, first[1]).sum() + np.logaddexp(0, first[2]).sum()
    for t in reversed(range(1, len(betas))):
        low, high = (_annealed(float(beta), *machine) for beta in betas[t - 1 : t + 1])
        v = gibbs__one_chain_at_a_time(rng, v, high[0], high[1], high[2], 1)
        log_w = log_w + free_energy__by_units(v, *low) - free_energy__by_units(v, *high)
    return np.asarray(log_w)


def log_mean_exp__term_by_term(log_w: Array) -> Array:
    return np.logaddexp.reduce(log_w, axis=-1) - math.log(log_w.shape[-1])


def standard_error__by_the_effective_size(log_w: Array) -> float:
    p = np.exp(log_w - np.logaddexp.reduce(log_w))
    return math.sqrt(max(0.0, (p * p).sum() - 1 / len(p)))


def bootstrap__by_choice(rng: Any, log_w: Array, draws: int = 2000) -> Any:
    means = log_mean_exp__term_by_term(rng.choice(log_w, (draws, len(log_w))))
    return tuple(np.sort(means)[[int(0.025 * draws), int(0.975 * draws)]])


def swap_probability__by_quotients(v: Array, w: Array, low: Any, high: Any) -> Array:
    (f, g), (ff, gg) = ([free_energy__by_units(x, *m) for x in (v, w)] for m in (low, high))
    return np.minimum(1, np.exp(np.minimum((f - g) - (ff - gg), 0)))


def log_z__state_by_state(W: Array, b: Array, c: Array) -> Any:
    if len(b) > len(c):
        W, b, c = W.T, c, b
    v = (np.arange(2 ** len(b))[:, None] // 2 ** np.arange(len(b)) % 2).astype(W.dtype)
    F = free_energy__by_units(v, W, b, c)
    return np.log(np.exp(F.min() - F).sum()) - F.min()


def tanh_vjp__by_factors(dy: Array, y: Array) -> Array:
    return (1 + y) * (1 - y) * dy


def tanh__by_sigmoid(x: Array) -> Array:
    return 2 * sigmoid__in_two_branches(2 * x) - 1


def gaussian_nll__by_pixels(outputs: Array, x: Array) -> Array:
    sigma = np.exp(outputs[..., -1] / 2)
    total = np.zeros(outputs.shape[:-1], outputs.dtype)
    for i in range(x.shape[-1]):
        standard = (x[..., i] - sigmoid__in_two_branches(outputs[..., i])) / sigma
        total += standard**2 / 2 + np.log(math.sqrt(2 * math.pi) * sigma)
    return total


def gaussian_nll_vjp__by_sigma(dnll: Array, outputs: Array, x: Array) -> Array:
    sigma, p = np.exp(outputs[..., -1:] / 2), sigmoid__in_two_branches(outputs[..., :-1])
    standard = (p - x) / sigma
    grads = np.empty_like(outputs)
    grads[..., :-1] = standard / sigma * (p - p**2)
    grads[..., -1] = (1 - standard**2).sum(axis=-1) / 2
    return np.einsum("kb,kbi->kbi", dnll, grads)


def laplace_nll_vjp__by_cases(dnll: Array, outputs: Array, x: Array) -> Array:
    scale, p = np.exp(outputs[..., -1:]), sigmoid__in_two_branches(outputs[..., :-1])
    grads = np.empty_like(outputs)
    grads[..., :-1] = ((p > x) * 1.0 - (p < x)) * p * (1 - p) / scale
    grads[..., -1] = (1 - np.abs(p - x) / scale).sum(axis=-1)
    return grads * dnll[:, :, None]


def leaky_relu__by_maximum(x: Array, slope: float = 0.2) -> Array:
    return np.maximum(x, slope * x)


def leaky_relu_vjp__by_factor(dy: Array, y: Array, slope: float = 0.2) -> Array:
    return dy * (y > 0) + slope * dy * (y <= 0)


ALTERNATIVES: dict[str, list[Callable[..., Any]]] = defaultdict(list)  # by the reference's name
for _name, _function in [*globals().items(), *vars(alternatives_networks).items()]:
    _reference, _, _how = _name.partition("__")
    if _reference and _how:
        ALTERNATIVES[_reference].append(_function)
