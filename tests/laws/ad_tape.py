"""Laws of the tape and of finite differences: what they find is what the rules say."""

from itertools import pairwise

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd_lite.gradcheck import directional_error
from autograd_lite.tape import gradient
from tests.laws.draws import arrays, bits, close, cut, seeds, sizes
from tests.laws.law import law

A, L = "autograd_lite.ops.", "autograd_lite.losses."
FORWARD = ("affine", "relu", "leaky_relu", "tanh", "sigmoid", "softplus")
RULES = ("affine_vjp_x", *(f"{name}_vjp" for name in FORWARD[1:]))
NLL, NLL_VJP = L + "bernoulli_nll", L + "bernoulli_nll_vjp"


@st.composite
def chains(draw):
    """Rows x; a list of functions, each with its map (W, b) before it; a gradient of the output."""
    names = draw(st.lists(st.sampled_from(FORWARD), min_size=1, max_size=4))
    widths = draw(st.lists(sizes, min_size=len(names) + 1, max_size=len(names) + 1))
    maps = [draw(cut((n, m), (m,))) for n, m in pairwise(widths)]
    rows = draw(sizes)
    x, dy = draw(cut((rows, widths[0]), (rows, widths[-1])))
    return x, list(zip(names, maps, strict=True)), dy


@law("ad.1 ad.29", *(A + name for name in FORWARD + RULES), chain=chains())
def along_any_chain_of_layers_the_rules_backwards_are_the_tape_s_gradient(*functions, chain):
    forward = dict(zip(FORWARD, functions[:6], strict=True))
    vjp_x, *rules = functions[6:]
    rule, (x, layers, dy) = dict(zip(FORWARD[1:], rules, strict=True)), chain

    def network(x, seen=None):
        for name, (W, b) in layers:
            u = forward["affine"](x, W, b)
            x = u if name == "affine" else forward[name](u)
            if seen is not None:
                seen.append((u, x))
        return x

    seen = []
    network(x, seen)
    bent = [u for (name, _), (u, _) in zip(layers, seen, strict=True) if name == "relu"]
    assume(all(u.all() for u in bent))  # at 0 the tape has the slope 1/2
    (by_tape,) = gradient(lambda x: (network(x) * dy).sum(), x)
    for (name, (W, _)), (u, y) in zip(layers[::-1], seen[::-1], strict=True):
        if name != "affine":
            dy = rule[name](dy, u if name == "softplus" else y)
        dy = vjp_x(dy, W)
    assert close(by_tape, dy, 1e-10)


@law(
    "ad.1 ad.29",
    A + "sigmoid",
    A + "sigmoid_vjp",
    A + "softplus",
    A + "softplus_vjp",
    x=arrays((3, 2), 3.0),
)
def a_value_that_is_used_twice_gets_the_sum_of_both_gradients(
    sigmoid, sigmoid_vjp, softplus, softplus_vjp, x
):
    (by_tape,) = gradient(lambda x: (sigmoid(x) * softplus(x)).sum(), x)
    y = sigmoid(x)
    assert close(by_tape, sigmoid_vjp(softplus(x), y) + softplus_vjp(y, x), 1e-12)


@st.composite
def images(draw):
    """Logits (..., B, D), binary images (B, D) and a gradient for each row of logits."""
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=3, max_side=3))
    return draw(arrays(shape, 3.0)), draw(bits(shape[-2:])), draw(arrays(shape[:-1]))


@law("ad.19 ad.29", NLL, NLL_VJP, images=images(), weight=arrays((), 4))
def the_tape_s_gradient_of_a_sum_of_losses_is_the_sum_of_their_rules(nll, nll_vjp, images, weight):
    logits, x, dnll = images
    both = lambda u: (nll(u, x) * dnll).sum() + weight * nll(u, 1 - x).sum()  # noqa: E731
    (by_tape,) = gradient(both, logits)
    ones = np.ones_like(dnll)
    assert close(by_tape, nll_vjp(dnll, logits, x) + weight * nll_vjp(ones, logits, 1 - x), 1e-12)


labels = hnp.arrays(int, 3, elements=st.integers(0, 3))


@law("ad.21 ad.30", L + "categorical_nll", L + "categorical_nll_vjp",
     logits=arrays((3, 4), 3.0), labels=labels, seed=seeds)  # fmt: skip
def finite_differences_along_random_directions_agree_with_the_categorical_rule(
    nll, nll_vjp, logits, labels, seed
):
    rng, f = np.random.default_rng(seed), lambda u: nll(u, labels)
    rule = lambda dnll: (nll_vjp(dnll, logits, labels),)  # noqa: E731
    assert directional_error(rng, f, rule, logits) < 1e-9  # the tape cannot read by labels
