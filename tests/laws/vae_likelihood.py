"""Laws of a VAE's likelihood: weights, bounds, the gap, linear models, all codes together."""

import itertools
import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograd_lite.ops import Layer
from autograd_lite.tape import gradient as slope
from tests.laws.draw_networks import alike, dense
from tests.laws.draws import arrays, close, cut, numbers, sizes, tables
from tests.laws.law import law
from vae.elbo import reparameterise
from vae.mlp import Params
from vae.networks import Dense

I, L, E = "vae.importance.", "vae.linear.", "vae.elbo."  # noqa: E741
WEIGHTS, BOUND, SHARES = I + "log_weights", I + "neg_iwae", I + "shares"
GRADIENT, JOINT, GRID = (
    I + "importance_gradient",
    "vae.likelihood.log_joint",
    "vae.likelihood.grid_log_p",
)
NLL, GAP, PPCA, OWN = L + "linear_nll", L + "linear_gap", L + "ppca", "vae.gap.posterior_gradient"
SQUARES, KL, ELBO, ALL = (
    E + "linear_squared_error",
    E + "kl_diag_gaussian",
    E + "neg_elbo",
    "vae.aggregate.log_aggregate",
)
T, P = np.polynomial.hermite_e.hermegauss(40)
P = P / P.sum()  # of a standard normal number
some_weights = st.tuples(st.integers(2, 5), sizes).flatmap(lambda shape: arrays(shape, 8.0))


@st.composite
def linear(draw: Any, most: int = 3, orthogonal: bool = False) -> Any:
    """Images (B, D), W (Z, D) and m of a linear decoder of squared error."""
    B, D = draw(sizes), draw(sizes)
    Z = draw(st.integers(1, min(most, D)))
    x, W, m = draw(cut((B, D), (Z, D), (D,)))
    if orthogonal:
        rows, _ = np.linalg.qr(W.T + np.eye(D, Z))
        W = draw(arrays((Z, 1), 0.2, 2.0)) * rows.T
    return x, W, m


def best(x: Any, W: Any, m: Any) -> Any:
    """Means, and the variances of the best q of independent codes."""
    M = W @ W.T + 0.5 * np.eye(len(W))
    variances = np.tile(0.5 / np.diag(M), (len(x), 1))
    return (x - m) @ np.linalg.solve(M, W).T, np.log(variances)


def crossed(Z: int, B: int) -> Any:
    """Noise (2 Z, B, Z) with the mean 0, the variances 1 and no covariance."""
    axes = math.sqrt(Z) * np.eye(Z)
    return np.repeat(np.concatenate([axes, -axes])[:, None], B, axis=1)


@law("vae.43 vae.51", WEIGHTS, SQUARES, NLL, drawn=linear(orthogonal=True), noise=numbers(3))
def where_q_is_the_posterior_every_weight_is_p_of_x(log_weights, squares, nll, drawn, noise):
    (x, W, m), (mu, logvar) = drawn, best(*drawn)
    eps = np.full((1, *mu.shape), noise)
    z = reparameterise(mu, logvar, eps)
    assert close(log_weights(squares(z @ W + m, x), z, eps, logvar)[0], -nll(x, W, m), 1e-10)


@law(
    "vae.43 vae.51", WEIGHTS, SQUARES, NLL, drawn=linear(1), shift=numbers(1), wide=numbers(0.8, 2)
)
def the_mean_weight_is_p_of_x_whatever_q_is(log_weights, squares, nll, drawn, shift, wide):
    (x, W, m), (mu, logvar) = drawn, best(*drawn)
    mu, logvar = mu + shift * np.exp(0.5 * logvar), logvar + math.log(wide)
    eps = np.broadcast_to(T[:, None, None], (40, *mu.shape))
    z = reparameterise(mu, logvar, eps)
    log_w = log_weights(squares(z @ W + m, x), z, eps, logvar) + nll(x, W, m)
    assert close(P @ np.exp(log_w), np.ones(len(x)), 1e-6)


@law("vae.43 vae.5", WEIGHTS, KL, ELBO, codes=tables(2), costs=numbers(9))
def the_mean_log_weight_is_the_evidence_lower_bound(log_weights, kl, neg_elbo, codes, costs):
    mu, logvar = codes
    eps = np.stack([np.ones_like(mu), -np.ones_like(mu)])
    nll = np.stack([np.full(len(mu), costs), np.zeros(len(mu))])
    mean = log_weights(nll, reparameterise(mu, logvar, eps), eps, logvar).mean(axis=0)
    assert close(-mean, neg_elbo(nll, kl(mu, logvar)))


@law("vae.45 vae.44", BOUND, log_w=some_weights, shift=numbers(800))
def one_sample_more_never_lowers_the_bound_in_the_mean(neg_iwae, log_w, shift):
    bound, K = -neg_iwae(log_w), len(log_w)
    without = [-neg_iwae(np.delete(log_w, k, axis=0)) for k in range(K)]
    assert (np.mean(without, axis=0) <= bound + 1e-12).all()
    mean = np.mean([np.exp(x - bound) for x in without], axis=0)
    assert close(mean, np.ones_like(mean)) and close(-neg_iwae(log_w[:1]), log_w[0])
    assert close(-neg_iwae(log_w + shift), bound + shift, 1e-12)


@law("vae.45 vae.44 vae.43", WEIGHTS, BOUND, SQUARES, NLL, drawn=linear(1), q=arrays(2, 1.0))
def the_bounds_of_one_two_and_three_samples_rise_to_log_p(
    log_weights, neg_iwae, squares, nll, drawn, q
):
    (x, W, m), (mu, logvar) = drawn, best(*drawn)
    mu, logvar, bounds = mu + q[0], logvar + q[1], []
    nodes, p = np.polynomial.hermite_e.hermegauss(9)
    for K in (1, 2, 3):
        chosen = np.array(list(itertools.product(range(9), repeat=K)))
        ps, mean = (p / p.sum())[chosen].prod(axis=1), 0.0
        z = reparameterise(mu, logvar, nodes[chosen].T[..., None, None])
        eps = np.broadcast_to(nodes[chosen].T[..., None, None], z.shape)
        log_w = log_weights(squares(z @ W + m, x), z, eps, logvar)
        mean = -ps @ neg_iwae(log_w)
        bounds.append(mean)
    assert (np.diff(bounds, axis=0) >= -1e-9).all() and (bounds[2] <= 1e-9 - nll(x, W, m)).all()


@law("vae.48 vae.44", SHARES, BOUND, log_w=some_weights)
def shares_are_the_slope_of_the_bound_and_add_up_to_1(shares, neg_iwae, log_w):
    (by_tape,) = slope(lambda w: -neg_iwae(w).sum(), log_w)
    assert close(shares(log_w), by_tape, 1e-12)
    assert close(shares(log_w).sum(axis=0), np.ones(log_w.shape[1]))


@law("vae.49", GRADIENT, WEIGHTS, BOUND, SQUARES, drawn=dense())
def the_gradient_of_many_samples_is_the_slope_of_their_bound(
    gradient, log_weights, neg_iwae, squares, drawn
):
    x, seen, eps, p, _ = drawn

    def cost(p: Any) -> Any:
        (means, mu, logvar), _ = Dense(p, "tanh").forward(seen, eps)
        z = reparameterise(mu, logvar, eps)
        return neg_iwae(log_weights(squares(means, x), z, eps, logvar)).mean()

    (by_tape,) = slope(cost, p)
    assert alike(gradient(x, eps, Dense(p, "tanh"), "squared-linear", False, seen), by_tape)


@law("vae.49 vae.50", GRADIENT, "vae.objective.gradient", drawn=dense(), doubly=st.booleans())
def of_one_sample_both_gradients_have_the_mean_that_the_closed_form_of_the_kl_has(
    gradient, plain, drawn, doubly
):
    x, _, eps, p, _ = drawn
    eps, network = np.concatenate([eps[:1] * 0 + 1, eps[:1] * 0 - 1]), Dense(p, "tanh")
    both = [gradient(x, e[None], network, "squared", doubly) for e in eps]
    mean = [0.5 * (a + b) for a, b in zip(*map(flat, both), strict=True)]
    assert alike(tuple(mean), tuple(flat(plain(x, eps, network, "squared"))))


def flat(p: Any) -> list[Any]:
    return [a for layer in (*p.encoder, p.mu, p.logvar, *p.decoder) for a in layer]


@law("vae.50 vae.49", GRADIENT, drawn=linear(1), shift=numbers(0.7), wide=numbers(0.8, 1.6))
def both_gradients_of_two_samples_have_the_same_mean(gradient, drawn, shift, wide):
    """Every pair of noises is an image of its own to the encoder, so its gradient can be read."""
    (x, W, m), ((mu, *_), (logvar, *_)) = drawn, best(*drawn)
    pairs = np.array(list(itertools.product(np.linspace(-6, 6, 36), repeat=2)))
    p, N = np.exp(-0.5 * (pairs**2).sum(axis=1)), len(pairs)
    ends = mu + shift * np.exp(0.5 * logvar), logvar + math.log(wide)
    heads = (Layer(np.full((N, 1), end), np.zeros(1)) for end in ends)
    network = Dense(Params((), *heads, (Layer(W, m),)), "tanh")
    given = np.tile(x[:1], (N, 1)), pairs.T[..., None], network, "squared-linear"
    plain, doubly = (gradient(*given, way, np.eye(N)) for way in (False, True))
    for one, other in ((plain.mu, doubly.mu), (plain.logvar, doubly.logvar)):
        means = [N * p @ g.W[:, 0] / p.sum() for g in (one, other)]
        assert close(*means, 1e-5)
    assert alike(plain.decoder, doubly.decoder)


@law("vae.50", GRADIENT, drawn=linear(orthogonal=True), eps=arrays((3, 4, 3), 3.0))
def the_doubly_reparameterised_gradient_of_the_posterior_has_no_noise(gradient, drawn, eps):
    (x, W, m), (_, logvar) = drawn, best(*drawn)
    up = np.linalg.solve(W @ W.T + 0.5 * np.eye(len(W)), W).T
    heads = Layer(up, -m @ up), Layer(0 * up, logvar[0])
    network = Dense(Params((), *heads, (Layer(W, m),)), "tanh")
    g = gradient(x, eps[:, : len(x), : len(W)], network, "squared-linear", True)
    assert all(np.abs(a).max() < 1e-10 for a in (*g.mu, *g.logvar))


@law("vae.41 vae.43", JOINT, WEIGHTS, drawn=dense())
def a_weight_is_what_the_joint_has_more_than_q(log_joint, log_weights, drawn):
    x, _, eps, p, _ = drawn
    network = Dense(p, "tanh")
    (means, mu, logvar), _ = network.forward(x, eps)
    z = reparameterise(mu, logvar, eps)
    log_q = -0.5 * (eps**2 + logvar + math.log(2 * math.pi)).sum(axis=-1)
    nll = ((means - x) ** 2).sum(axis=-1)
    for b in range(len(x)):
        joint = log_joint(z[:, b], x, network, "squared-linear")[:, b]
        assert close(joint - log_q[:, b], log_weights(nll, z, eps, logvar)[:, b])


@law("vae.42 vae.51", GRID, NLL, drawn=linear(2), far=numbers(30))
def the_grid_finds_what_the_linear_model_has_in_closed_form(grid_log_p, nll, drawn, far):
    x, W, m = drawn
    up = np.linalg.solve(W @ W.T + 0.5 * np.eye(len(W)), W).T
    x = x + min(far, 9 / (1e-9 + np.abs(np.ones(len(m)) @ up).max()))  # codes of 15 at most
    heads = Layer(up, -m @ up), Layer(0 * up, np.zeros(len(W)))
    network = Dense(Params((), *heads, (Layer(W, m),)), "tanh")
    assert close(grid_log_p(x, network, "squared-linear"), -nll(x, W, m), 1e-6)


@law("vae.47 vae.52", OWN, GAP, NLL, KL, ELBO, drawn=linear())
def at_the_best_gaussian_the_slope_is_0_and_the_bound_is_below_log_p_by_the_gap(
    posterior_gradient, linear_gap, nll, kl, neg_elbo, drawn
):
    (x, W, m), (mu, logvar) = drawn, best(*drawn)
    eps, none = crossed(len(W), len(x)), Layer(np.zeros((len(m), len(W))), np.zeros(len(W)))
    network = Dense(Params((), none, none, (Layer(W, m),)), "tanh")
    found = posterior_gradient(x, eps, mu, logvar, network, "squared-linear")
    assert all(np.abs(d).max() < 1e-9 for d in found)
    costs = ((reparameterise(mu, logvar, eps) @ W + m - x) ** 2).sum(axis=-1)
    assert close(neg_elbo(costs, kl(mu, logvar)), nll(x, W, m) + linear_gap(W))


@law("vae.52", GAP, drawn=linear(), other=linear(orthogonal=True), v=numbers(0.1, 2))
def no_gap_is_negative_and_orthogonal_rows_have_none(linear_gap, drawn, other, v):
    assert linear_gap(drawn[1], v) >= -1e-12 and abs(linear_gap(other[1], v)) < 1e-12
    turned, _ = np.linalg.qr(np.arange(9.0).reshape(3, 3) ** 1.5 + np.eye(3))
    W = np.vstack([other[1], np.zeros((3, len(other[2])))])[:3]  # of which some codes are not used
    assert linear_gap(turned @ W, v) >= -1e-12


@law("vae.53 vae.51", PPCA, NLL, drawn=linear(), v=numbers(0.1, 2))
def no_linear_model_costs_less_than_the_optimum_where_codes_collapse(ppca, nll, drawn, v):
    x, W, m = drawn
    optimum = ppca(x, len(W), v)
    assert close(nll(x, optimum.W, optimum.m, v).mean(), optimum.cost)
    for other, mean in ((W, m), (optimum.W + 0.1 * W, optimum.m), (optimum.W, optimum.m + 0.1 * m)):
        assert optimum.cost <= nll(x, other, mean, v).mean() + 1e-9
    used = optimum.eigenvalues[: len(W)] > v
    assert close((optimum.W**2).sum(axis=1), used * (optimum.eigenvalues[: len(W)] - v))


@law("vae.54", ALL, KL, codes=st.integers(1, 4).flatmap(lambda n: cut((n, 1), (n, 1), low=1.5)))
def all_codes_together_are_a_density_and_the_information_is_between_0_and_log_n(
    log_aggregate, kl, codes
):
    mu, logvar = codes
    z = mu + np.exp(0.5 * logvar) * T  # (N, 40): nodes of every posterior
    log_q = log_aggregate(z.reshape(-1, 1), mu, logvar).reshape(z.shape)
    log_prior = -0.5 * (z**2 + math.log(2 * math.pi))
    apart = (log_q - log_prior) @ P  # by posterior
    information = kl(mu, logvar).mean() - apart.mean()
    assert -1e-3 <= information <= math.log(len(mu)) + 1e-3 and apart.mean() >= -1e-3
    axis = np.linspace(-15, 15, 3001)[:, None]
    assert close(np.exp(log_aggregate(axis, mu, logvar)).sum() * 0.01, 1.0, 1e-6)
