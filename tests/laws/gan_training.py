"""Laws of the players' network: forward, dropout, backward, the images that it makes."""

import math

import numpy as np
from hypothesis import strategies as st

from autograd_lite.ops import Layer
from autograd_lite.tape import gradient as slope
from autograd_lite.tree import tree_map
from gan.mlp import NO_DROPOUT
from gan.mlp import forward as run
from gan.players import sample_images
from tests.laws.draw_networks import alike, paired, player
from tests.laws.draws import close, cut, seeds, sizes
from tests.laws.law import law

FORWARD, BACKWARD, DROPOUT = "gan.mlp.forward", "gan.mlp.backward", "gan.mlp.dropout"
GENERATE, INIT = "gan.players.generate", "gan.mlp.init"
three_sizes = st.tuples(sizes, sizes, sizes)  # B, I, H
rates = st.floats(0.3, 0.7)
widths = st.lists(st.integers(100, 400), min_size=2, max_size=3)
WIDE = (Layer(np.zeros((1, 64)), np.zeros(64)),) * 3  # two hidden layers of 64 units and a last one


@law("gan.15", FORWARD, drawn=three_sizes.flatmap(lambda s: cut(s[:2], s[1:], s[2:], (s[2], 2))))
def a_layer_and_its_negative_add_up_to_four_fifths_of_its_size_and_differ_by_six_fifths_of_itself(
    forward, drawn
):
    x, W, b, V = drawn
    last, u = Layer(V, np.zeros(2)), x @ W + b
    plus, minus = (forward(x, [1.0], (Layer(s * W, s * b), last))[0] for s in (1, -1))
    assert close(plus + minus, 0.8 * np.abs(u) @ V)
    assert close(plus - minus, 1.2 * u @ V)


@law("gan.15", FORWARD, drawn=player(outputs=2))
def a_mask_on_units_is_the_same_as_a_factor_on_the_weights_that_leave_them(forward, drawn):
    x, masks, (first, *others) = drawn
    out, _ = forward(x, masks, (first, *others))
    for i in range(len(x)):
        thinned = [Layer(m[i][:, None] * W, b) for m, (W, b) in zip(masks, others, strict=True)]
        alone, _ = forward(x[[i]], [NO_DROPOUT] * 2, (first, *thinned))
        assert close(out[i], alone[0])


@law("gan.15", FORWARD, drawn=player(outputs=2))
def the_last_layer_is_affine_in_what_the_trace_keeps_of_the_layer_before(forward, drawn):
    out, trace = forward(*drawn)
    (*_, (W, b)), (*_, before) = drawn[2], trace.hidden
    assert close(out, trace.last @ W + b) and close(trace.last, before.h * before.mask)


@law("gan.16", DROPOUT, seed=seeds, rate=rates)
def a_mask_holds_0_or_what_makes_up_for_the_units_that_are_dropped(dropout, seed, rate):
    for mask in dropout(np.random.default_rng(seed), 8, WIDE, rate):
        assert close(mask * (1 - rate) * (mask * (1 - rate) - 1), np.zeros((8, 64)))


@law("gan.16", DROPOUT, seed=seeds, rates=st.tuples(rates, rates))
def what_is_dropped_at_a_rate_is_dropped_at_every_higher_one(dropout, seed, rates):
    low, high = (dropout(np.random.default_rng(seed), 8, WIDE, rate) for rate in sorted(rates))
    assert all((more <= 0)[less <= 0].all() for less, more in zip(low, high, strict=True))


@law("gan.16", DROPOUT, seed=seeds, rate=rates)
def no_two_images_units_or_layers_share_what_is_dropped(dropout, seed, rate):
    """64 fates are the same by chance with a probability of 0.58^64: over all pairs 1e-11."""
    first, second = (m > 0 for m in dropout(np.random.default_rng(seed), 64, WIDE, rate))
    everything = np.concatenate([first, first.T, second, second.T])
    assert len(np.unique(everything, axis=0)) == len(everything)


@law("gan.16", DROPOUT, seed=seeds, rate=rates)
def the_mean_of_a_mask_is_1_as_without_dropout(dropout, seed, rate):
    """Of 8,192 entries: by Hoeffding's bound further off only once in 10^9."""
    masks = np.concatenate(dropout(np.random.default_rng(seed), 64, WIDE, rate))
    assert abs(masks.mean() - 1) < math.sqrt(math.log(2e9) / (2 * masks.size)) / (1 - rate)


@law("gan.19", FORWARD, BACKWARD, drawn=player(outputs=2), weights=cut((4, 2)))
def the_backward_pass_is_the_gradient_by_the_input_and_the_parameters(
    forward, backward, drawn, weights
):
    x, masks, params = drawn
    dout = weights[0][: len(x)]
    _, trace = forward(*drawn)
    by_tape = slope(lambda x, p: (dout * forward(x, masks, p)[0]).sum(), x, params)
    assert alike(backward(dout, trace, params), by_tape)


@law("gan.19", BACKWARD, drawn=player(outputs=2), weights=cut((4, 2)))
def every_layer_s_weights_meet_their_gradient_with_the_sum_of_the_layer_before(
    backward, drawn, weights
):
    x, _, params = drawn
    dout = weights[0][: len(x)]
    out, trace = run(*drawn)
    dx, grads = backward(dout, trace, params)
    through = [paired(*pair) for pair in zip(params, grads, strict=True)]
    by_weights = [paired(p.W, g.W) for p, g in zip(params, grads, strict=True)]
    assert close([paired(x, dx), *through], [*by_weights, paired(out, dout)])


@law("gan.19", BACKWARD, drawn=player(outputs=2), weights=cut((4, 2)))
def the_gradient_of_a_batch_is_the_sum_of_its_images_gradients(backward, drawn, weights):
    x, masks, params = drawn
    dout = weights[0][: len(x)]
    _, whole = backward(dout, run(*drawn)[1], params)
    parts = [
        backward(dout[[i]], run(x[[i]], [m[[i]] for m in masks], params)[1], params)[1]
        for i in range(len(x))
    ]
    assert alike(whole, tree_map(lambda *g: sum(g), *parts))


@law("gan.20", GENERATE, drawn=player(outputs=2))
def an_image_lies_between_black_and_white_and_its_logit_is_twice_the_output(generate, drawn):
    x, masks, G = drawn
    images, _ = generate(x, masks, G)
    assert (np.abs(images) <= 1).all()
    twice = 2 * np.clip(run(x, masks, G)[0], -4, 4)
    assert close(np.clip(np.log1p(images) - np.log1p(-images), -8, 8), twice)


@law("gan.20", GENERATE, drawn=player(outputs=2))
def a_generator_whose_last_layer_is_negated_makes_the_negatives(generate, drawn):
    x, _, (*hidden, last) = drawn
    images, _ = generate(x, [NO_DROPOUT] * 2, (*hidden, last))
    negated = (*hidden, Layer(-last.W, -last.b))
    assert close(sample_images(x, negated), 1 - (images + 1) / 2)


@law("gan.17", INIT, seed=seeds, sizes=widths)
def weights_and_biases_fill_the_interval_of_one_over_the_root_of_the_inputs(init, seed, sizes):
    """All 100 entries of a quarter of the interval are missing with a probability of 3e-13."""
    for (W, b), inputs in zip(init(np.random.default_rng(seed), sizes), sizes, strict=False):
        limit = 1.000001 / math.sqrt(inputs)
        for a in (W, b):
            assert -limit <= a.min() < -limit / 2 < limit / 2 < a.max() <= limit
        assert len(np.unique(W[0])) > 1 and len(np.unique(W[:, 0])) > 1
