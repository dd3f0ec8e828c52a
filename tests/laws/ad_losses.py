"""Laws of the losses: probabilities that sum to 1, tangents below, the least cost."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.laws.ad import ROUNDING
from tests.laws.draws import arrays, close, sizes, states, whole
from tests.laws.law import law

L = "autograd_lite.losses."
NLL, NLL_VJP = L + "bernoulli_nll", L + "bernoulli_nll_vjp"
CATEGORICAL, CATEGORICAL_VJP = L + "categorical_nll", L + "categorical_nll_vjp"


@st.composite
def batches(draw, elements, width=None):
    """Logits (B, D), others, what `elements` draws for their shape, a weight >= 0 for each row."""
    shape = draw(sizes), width or draw(sizes)
    logits = draw(arrays(shape, 800)), draw(arrays(shape, 800))
    return *logits, draw(elements(shape)), draw(arrays(shape[0], 0, 4))


pixels = batches(lambda shape: arrays(shape, 0, 1))
labelled = st.integers(2, 4).flatmap(
    lambda C: batches(lambda shape: hnp.arrays(int, shape[0], elements=st.integers(0, C - 1)), C)
)


def size(*logits):
    """Of the numbers that are added up, for the rounding of their sum."""
    return 1 + sum(abs(table).sum(axis=-1) for table in logits)


@law("ad.18", NLL, logits=sizes.flatmap(lambda D: arrays(D, 800)))
def the_probabilities_of_all_binary_images_sum_to_1(nll, logits):
    total = np.exp(-nll(logits, states(len(logits)))).sum()
    assert abs(total - 1) <= 4 * ROUNDING * size(logits)


@law("ad.18", NLL, batch=pixels)
def a_negative_costs_the_logits_of_its_ink_more(nll, batch):
    logits, _, x, _ = batch
    more = nll(logits, 1 - x) - nll(logits, x)
    assert np.all(abs(more - ((2 * x - 1) * logits).sum(axis=-1)) <= 4 * ROUNDING * size(logits))


@law("ad.18", NLL, batch=batches(lambda shape: arrays(shape, 0.001, 0.999)))
def the_least_cost_of_grey_pixels_is_their_entropy_at_their_own_logits(nll, batch):
    logits, _, x, _ = batch
    entropy = -(x * np.log(x) + (1 - x) * np.log(1 - x)).sum(axis=-1)
    assert close(nll(np.log(x / (1 - x)), x), entropy, 1e-14)
    assert np.all(nll(logits, x) >= entropy - 4 * ROUNDING * size(logits))


@law("ad.18 ad.19", NLL, NLL_VJP, batch=pixels)
def the_bernoulli_loss_is_above_each_of_its_tangents(nll, nll_vjp, batch):
    here, there, x, weights = batch
    tangent = weights * nll(here, x) + (nll_vjp(weights, here, x) * (there - here)).sum(axis=-1)
    assert np.all(weights * nll(there, x) >= tangent - 16 * ROUNDING * size(here, there))


@law("ad.20", CATEGORICAL, logits=sizes.flatmap(lambda C: arrays(C, 800)))
def the_probabilities_of_all_classes_sum_to_1(nll, logits):
    C = len(logits)
    total = np.exp(-nll(np.tile(logits, (C, 1)), np.arange(C))).sum()
    assert abs(total - 1) <= 4 * ROUNDING * size(logits)


@law("ad.18 ad.20", CATEGORICAL, NLL, batch=batches(lambda s: whole(s[0], 0, 1), width=2))
def of_two_classes_the_second_is_a_pixel_with_the_difference_for_its_logit(nll, bernoulli, batch):
    logits, _, labels, _ = batch
    difference = logits[:, 1:] - logits[:, :1]
    assert close(nll(logits, labels.astype(int)), bernoulli(difference, labels[:, None]), 1e-12)


@law("ad.20 ad.21", CATEGORICAL_VJP, batch=labelled)
def a_shift_of_all_logits_has_no_gradient(nll_vjp, batch):
    logits, _, labels, weights = batch
    assert np.all(abs(nll_vjp(weights, logits, labels).sum(axis=-1)) <= 8 * ROUNDING)


@law("ad.20 ad.21", CATEGORICAL, CATEGORICAL_VJP, batch=labelled)
def the_categorical_loss_is_above_each_of_its_tangents(nll, nll_vjp, batch):
    here, there, labels, w = batch
    tangent = w * nll(here, labels) + (nll_vjp(w, here, labels) * (there - here)).sum(axis=-1)
    assert np.all(w * nll(there, labels) >= tangent - 16 * ROUNDING * size(here, there))
