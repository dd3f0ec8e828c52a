"""Laws of learning: the two phases of a gradient, what k sweeps leave of it, first weights."""

from statistics import NormalDist

import numpy as np
from hypothesis import strategies as st

from grading.oracles import differences, enumeration
from tests.laws.draws import arrays, bits, close, cut, seeds, share_error, sizes
from tests.laws.law import law
from tests.laws.rbm import ENERGY, FREE, PROB_H, PROB_V, energies, log_sum, machine, pairs, sweep

STATISTICS, GRADIENT = "rbm.gradient.statistics", "rbm.gradient.nll_gradient"
INIT, TRUNCATED = "rbm.model.init", "rbm.model.init_truncated"


@st.composite
def pictured(draw, count=1, pixels=3, units=3, low=3.0):
    """A machine with entries that are all drawn, and `count` batches of binary images."""
    D, H = draw(st.integers(1, pixels)), draw(st.integers(1, units))
    batches = [draw(bits((draw(sizes), D))) for _ in range(count)]
    return draw(cut((D, H), (D,), (H,), low=low)), *batches


@st.composite
def rivals(draw):
    """Two machines of the same shape, and images."""
    shapes = (3, 2), (3,), (2,)
    parts = draw(cut(*shapes, *shapes, low=3.0))
    return parts[:3], parts[3:], draw(bits((draw(sizes), 3)))


def neg_log_likelihood(v):
    """The mean over the images v, as a function of W, b, c; complex numbers pass through."""

    def nll(W, b, c):
        every, h, *_ = pairs((W, b, c))

        def weights(images):
            return np.exp((images @ b)[:, None] + h @ c + images @ W @ h.T).sum(axis=1)

        return np.log(weights(every).sum()) - np.log(weights(v)).mean()

    return nll


def flat(params):
    return np.concatenate([part.ravel() for part in params])


@law("rbm.13", STATISTICS, FREE, rivals=rivals())
def the_free_energy_is_below_each_of_its_tangents(statistics, free_energy, rivals):
    (W, b, c), there, v = rivals
    slope = -flat(statistics(v, W, c))
    tangent = free_energy(v, W, b, c).mean() + slope @ (flat(there) - flat((W, b, c)))
    assert free_energy(v, *there).mean() <= tangent + 1e-12


@law("rbm.13", STATISTICS, pictured=pictured(2))
def the_statistics_of_two_batches_are_the_mean_weighted_by_their_rows(statistics, pictured):
    (W, _, c), v, others = pictured
    both = flat(statistics(np.concatenate([v, others]), W, c))
    sums = (len(x) * flat(statistics(x, W, c)) for x in (v, others))
    assert close((len(v) + len(others)) * both, sum(sums), 1e-13)


@law("rbm.12 rbm.14 rbm.15", GRADIENT, pictured=pictured())
def in_the_mean_over_the_model_s_images_the_gradient_is_that_of_the_likelihood(
    nll_gradient, pictured
):
    machine, v = pictured
    p, (every, *_) = enumeration.joint(*machine).sum(axis=1), pairs(machine)
    mean = p @ [flat(nll_gradient(v, image[None], *machine)) for image in every]
    assert close(mean, flat(differences.gradient(neg_log_likelihood(v), machine)), 1e-12)


@law("rbm.15", GRADIENT, pictured=pictured(2))
def a_model_that_makes_the_data_has_nothing_to_learn(nll_gradient, pictured):
    machine, v, _ = pictured
    assert close(flat(nll_gradient(v, np.repeat(v, 3, axis=0), *machine)), 0 * flat(machine), 1e-14)


@law("rbm.17 rbm.18 rbm.10", PROB_H, PROB_V, FREE, STATISTICS,
     pictured=pictured(low=1.5), k=st.integers(0, 60))  # fmt: skip
def the_bias_of_cd_k_falls_as_fast_as_the_power_k_of_the_second_eigenvalue(
    prob_h, prob_v, free_energy, statistics, pictured, k
):
    (W, b, c), v = pictured
    every, *_ = pairs((W, b, c))
    log_p = -free_energy(every, W, b, c)
    p, T = np.exp(log_p - log_sum(log_p)), sweep(prob_h, prob_v, (W, b, c))
    start = np.bincount(enumeration.numbers_of(v), minlength=len(p)) / len(v)
    values = np.array([flat(statistics(image[None], W, c)) for image in every])
    bias = start @ np.linalg.matrix_power(T, k) @ values - p @ values
    second = np.sort(abs(np.linalg.eigvals(T)))[-2]
    spread = np.sqrt(p @ (values - p @ values) ** 2)
    far = np.sqrt(((start - p) ** 2 / p).sum())  # of the start from the model
    assert np.all(abs(bias) <= second**k * far * spread + 1e-11)


@law("rbm.5 rbm.15", PROB_H, ENERGY, machine=machine)
def probabilities_of_the_hidden_units_have_the_mean_of_their_draws_and_less_noise(
    prob_h, energy, machine
):
    (W, _, c), (v, h, *_) = machine, pairs(machine)
    weights = -energies(energy, machine)
    p = np.exp(weights - log_sum(weights.ravel()))
    drawn = v[:, None, :, None] * h[None, :, None, :]  # v_i h_j of all states
    smooth = v[:, :, None] * prob_h(v, W, c)[:, None, :]
    first, second = (np.tensordot(p, drawn**n, 2) for n in (1, 2))
    mean, square = (np.tensordot(p.sum(axis=1), smooth**n, 1) for n in (1, 2))
    assert close(mean, first, 1e-13) and np.all(square <= second + 1e-13)


@law("rbm.11", FREE, machine=machine, grey=arrays(4, 0, 1))
def a_grey_image_has_no_lower_free_energy_than_the_binary_ones_it_stands_for(
    free_energy, machine, grey
):
    v, *_ = pairs(machine)
    grey = grey[: v.shape[1]]
    weights = np.where(v == 1, grey, 1 - grey).prod(axis=1)
    assert free_energy(grey[None], *machine)[0] >= weights @ free_energy(v, *machine) - 1e-12


greys = st.tuples(sizes, sizes).flatmap(lambda shape: arrays(shape, 0, 1))


@law("rbm.6 rbm.26", INIT, PROB_V, images=greys, hidden=sizes, seed=seeds)
def the_first_biases_alone_give_every_pixel_its_mean(init, prob_v, images, hidden, seed):
    W, b, _ = init(np.random.default_rng(seed), images, hidden)
    found = prob_v(np.zeros((1, hidden)), 0 * W, b)[0]
    assert close(found, np.clip(images.mean(axis=0), 0.001, 0.999), 1e-14)


@law("rbm.27", TRUNCATED, D=st.integers(50, 60), H=st.integers(50, 60), seed=seeds)
def the_first_weights_are_independent_draws_of_a_normal_that_is_cut_at_two_deviations(
    init_truncated, D, H, seed
):
    W, b, c = init_truncated(np.random.default_rng(seed), np.zeros((1, D)), H)
    assert np.array_equal(b, np.full(D, 0.1)) and np.array_equal(c, np.full(H, 0.1))
    assert W.shape == (D, H) and abs(W).max() <= 0.2 and len(np.unique(W)) == W.size
    points, normal = np.linspace(-0.2, 0.2, 41), NormalDist(0, 0.1)
    below = np.array([normal.cdf(x) for x in points])
    assert share_error(W, points, (below - below[0]) / (below[-1] - below[0])) < 1
