"""Laws of what the bound costs: its gap, a fixed variance, and what samples buy.

The gap is looked at in a model of one code z and pixels w z + b + s e, with normal z and e: there
the posterior is a Gaussian, and two opposite noises take the mean over q without error.
"""

import itertools
import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograd_lite.tree import tree_map
from grading.oracles.quadrature import kl_normals, log_normal
from tests.laws.draw_networks import alike, dense, paired, small, without_scale
from tests.laws.draws import close, cut, numbers
from tests.laws.law import law
from vae.objective import Dense

E, COSTS, GRADIENT = "vae.elbo.", "vae.objective.costs", "vae.objective.gradient"
KL, SAMPLE, NEG_ELBO = E + "kl_diag_gaussian", E + "reparameterise", E + "neg_elbo"
SQUARED, GAUSS = E + "squared_error", "vae.densities.gaussian_nll"
OPPOSITE = np.array([1.0, -1.0])[:, None, None]  # as noise: the moments of N(0, 1) up to the third
scales = numbers(0.3, 3.0)


@st.composite
def linear(draw: Any) -> Any:
    """Pixels x (B, D), w and b (D,), s; mean and log-variance (B, 1) of some q for each image."""
    B, D = draw(small), draw(small)
    return *draw(cut((B, D), (D,), (D,))), draw(scales), draw(cut((B, 1), (B, 1)))


def posterior(x: Any, w: Any, b: Any, s: float) -> Any:
    """Mean and log-variance (B, 1) of the posterior; log p(x) (B,), by Bayes' rule at the mean."""
    variance = 1 / (1 + w @ w / s**2)
    mean = variance * (x - b) @ w[:, None] / s**2
    log_joint = log_normal(mean, 0.0, 1.0)[:, 0] + log_normal(x, mean * w + b, s).sum(axis=1)
    log_p = log_joint - log_normal(0.0, 0.0, math.sqrt(variance))
    return mean, np.full_like(mean, math.log(variance)), log_p


def bound(parts: Any, model: Any, q: Any) -> Any:
    """The bound (B,) by the functions under law: the KL, the samples, minus the bound."""
    (kl, sample, neg_elbo), (x, w, b, s) = parts, model
    nll = -log_normal(x, sample(*q, OPPOSITE) * w + b, s).sum(axis=-1)
    return -neg_elbo(nll, kl(*q))


@law("vae.3 vae.4 vae.5 vae.38", KL, SAMPLE, NEG_ELBO, drawn=linear())
def for_any_q_the_bound_lies_below_log_p_by_the_kl_of_q_to_the_posterior(*parts, drawn):
    *model, q = drawn
    mean, logvar, log_p = posterior(*model)
    found = bound(parts, model, q)
    assert close(log_p - found, kl_normals(*q, mean, logvar))
    assert (found <= log_p + 1e-9 * (1 + np.abs(log_p))).all()


@law("vae.4 vae.5", KL, SAMPLE, NEG_ELBO, drawn=linear())
def at_the_posterior_the_bound_is_log_p(*parts, drawn):
    *model, _ = drawn
    mean, logvar, log_p = posterior(*model)
    assert close(bound(parts, model, (mean, logvar)), log_p)


@law("vae.33", NEG_ELBO, parts=st.tuples(small, small).flatmap(lambda s: cut(s, s[1:])))
def the_bound_from_many_samples_is_the_mean_of_the_bounds_from_each(neg_elbo, parts):
    nll, kl = parts
    assert close(neg_elbo(nll, kl), np.mean([neg_elbo(row[None], kl) for row in nll], axis=0))


@law("vae.37", SQUARED, GAUSS, drawn=cut((3, 2), (3, 2), low=4.0), variance=numbers(0.05, 4.0))
def a_gaussian_of_fixed_variance_costs_the_squared_error_over_twice_the_variance(
    squared_error, gaussian_nll, drawn, variance
):
    logits, x = drawn
    outputs = np.append(logits, np.full((3, 1), math.log(variance)), axis=1)
    constant = math.log(2 * math.pi * variance)  # D / 2 is 1
    assert close(gaussian_nll(outputs, x), squared_error(logits, x) / (2 * variance) + constant)


@law("vae.37", GRADIENT, drawn=dense(1), variance=numbers(0.05, 4.0))
def a_fixed_variance_is_a_weight_of_the_kl(gradient, drawn, variance):
    x, _, eps, p, _ = drawn
    p.decoder[-1].W[:, -1], p.decoder[-1].b[-1] = 0, math.log(variance)
    gauss = without_scale(gradient(x, eps, Dense(p, "tanh"), "gaussian"))
    by_beta = gradient(x, eps, Dense(without_scale(p), "tanh"), "squared", 2 * variance)
    assert alike(tree_map(lambda g: 2 * variance * g, gauss), by_beta)


@law("vae.28 vae.37", COSTS, drawn=dense(1), log_variance=numbers(3))
def a_fixed_variance_leaves_the_kl_and_moves_the_other_cost_by_a_factor_and_a_constant(
    costs, drawn, log_variance
):
    x, _, eps, p, _ = drawn
    p.decoder[-1].W[:, -1], p.decoder[-1].b[-1] = 0, log_variance
    squared = Dense(without_scale(p), "tanh")
    (nll, kl), (squares, same) = (
        costs(x, eps, Dense(p, "tanh"), "gaussian"),
        costs(x, eps, squared, "squared"),
    )
    constant = x.shape[1] / 2 * (math.log(2 * math.pi) + log_variance)
    assert close(nll, squares / (2 * math.exp(log_variance)) + constant) and close(kl, same)


@law(
    "vae.33 vae.40",
    GRADIENT,
    drawn=dense(),
    sizes=st.sampled_from([(1, 2), (2, 1), (1, 3), (2, 2)]),
)
def more_samples_leave_the_mean_and_divide_the_part_of_the_variance_that_is_theirs(
    gradient, drawn, sizes
):
    """Two images, equally probable, and noise that is 1 or -1 in all codes: nothing is sampled."""
    (x, seen, _, p, _), (B, m) = drawn, sizes
    images, signs = (x[0], seen[0]), (1.0, -1.0)

    def found(*batch: Any) -> float:
        """The gradient of pairs of an image and its noise, projected on the parameters."""
        rows, noise = zip(*batch, strict=True)
        eps = np.ones(len(p.mu.b)) * np.array(noise).T[:, :, None]
        return float(paired(gradient(np.array(rows), eps, Dense(p, "relu"), "squared"), p))

    one = np.array([[found((image, [sign])) for sign in signs] for image in images])
    pairs = itertools.product(images, itertools.product(signs, repeat=m))
    all_batches = np.array([found(*batch) for batch in itertools.product(pairs, repeat=B)])
    between, within = one.mean(axis=1).var(), one.var(axis=1).mean()
    assert close(all_batches.mean(), one.mean())
    assert close(all_batches.var(), (between + within / m) / B)
