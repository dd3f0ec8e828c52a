"""Checks of gan's networks against their definitions.

B = 7 images of 5 pixels from 3 noise units; both networks have two hidden layers of other widths,
and some units are dropped in each.
"""

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Record, Seed, exact, require_form
from grading.checks.gan import STEP, B, Rng
from grading.oracles import enumeration, game
from grading.oracles.differences import gradient

GENERATOR, DISCRIMINATOR = (3, 4, 6, 5), (5, 8, 2, 1)
ALIKE = (4, 4, 4, 4, 4), (4, 4, 4, 4, 1)  # both, of layers of one width
FLAT = (3, 5), (5, 1)  # both, without a hidden layer
DRAWS = 40_000  # images whose masks are judged together


def drawn_params(rng: Rng, sizes: tuple[int, ...]) -> Arrays:
    return tuple(
        Record("Layer", (0.8 * rng.normal(size=(i, o)), 0.5 * rng.normal(size=o)))
        for i, o in pairwise(sizes)
    )


def drawn_masks(rng: Rng, sizes: tuple[int, ...], B: int = B) -> Arrays:
    """Of two fifths dropped; the first image loses a unit in every layer, and keeps one."""
    masks = []
    for width in sizes[1:-1]:
        mask = (rng.random((B, width)) >= 0.4) / 0.6
        mask[0, 0], mask[0, 1] = 0, 1 / 0.6
        masks.append(mask)
    return tuple(masks)


def plain(params: Any) -> Any:
    """(W, b) of every layer."""
    return [layer.fields for layer in params]


def clear(x: Array, masks: Any, params: Any) -> bool:
    """Whether no unit is so near its kink that rounding to float32 would cross it."""
    _, passed = game.forward(x, masks, plain(params))
    return bool(min((np.abs(h).min() for _, h, _ in passed), default=1.0) > 1e-4)


def drawn_forward(rng: Rng, B: int = B, sizes: Any = GENERATOR) -> Arrays:
    while True:
        x, masks = rng.normal(size=(B, sizes[0])), drawn_masks(rng, sizes, B)
        if clear(x, masks, params := drawn_params(rng, sizes)):
            return x, masks, params


def of_sizes(draw: Any, player: Any) -> Any:
    """Draws of usual networks, of layers of one width, of one row, and of no hidden layer."""
    flat = Edge(draw, "without a hidden layer", sizes=FLAT[player])
    return draw, partial(draw, sizes=ALIKE[player]), draw, Edge(draw, "with one row", B=1), flat


def _trace(x: Array, passed: Any, masks: Any) -> Any:
    """(x, h, mask) of each hidden layer, and what the last layer is given."""
    hidden = [(x, h, mask) for (x, h, _), mask in zip(passed, masks, strict=True)]
    return hidden, passed[-1][2] if passed else x


def passed_forward(x: Array, masks: Any, params: Any) -> Any:
    out, passed = game.forward(x, masks, plain(params))
    hidden, last = _trace(x, passed, masks)
    return out, (tuple(hidden), last)


def _backward(rng: Rng, B: int = B, sizes: Any = GENERATOR) -> Arrays:
    x, masks, params = drawn_forward(rng, B, sizes)
    _, passed = game.forward(x, masks, plain(params))
    hidden, last = _trace(x, passed, masks)
    trace = Record("Trace", (tuple(Record("Passed", one) for one in hidden), last))
    return rng.normal(size=(B, sizes[-1])), trace, params


def _oracle_backward(dout: Array, trace: Any, params: Any) -> Any:
    hidden = trace.fields[0]
    masks = [one.fields[2] for one in hidden]
    x = hidden[0].fields[0] if hidden else trace.fields[1]

    def weighted(x: Array, params: Any) -> Any:
        return (dout * game.forward(x, masks, params)[0]).sum()

    (dx,) = gradient(lambda x: weighted(x, plain(params)), (x,))
    return dx, game.network_gradient(lambda p: weighted(x, p), plain(params))


def _dropout(rng: Rng, rate: float = 0.0) -> Arrays:
    """Hidden layers of one width, so that one mask for both would be of the right shape."""
    params = drawn_params(rng, (2, 3, 3, 1))
    return (
        Seed(rng.integers(2**31)),
        DRAWS,
        params,
        rate or float(rng.choice([0.2, 0.35, 0.6, 0.75])),
    )


def _no_dropout(rng: Rng) -> Arrays:
    return Seed(rng.integers(2**31)), 1, drawn_params(rng, (2, 3, 3, 1)), 0.0


def _measure_dropout(inputs: Arrays, outputs: Arrays) -> float:
    """Every entry is 0 or 1 / (share kept), to rounding; frequencies of dropped units, of all 64 patterns of the six
    units, which are independent, of both layers, and of a unit in an image and the next. Where
    nothing is dropped a mask may also be the number 1.
    """
    share = inputs[3]
    if not share and sum(map(np.size, outputs)) == 2:
        return 1e6 * float(max(np.abs(np.ravel(mask) - 1).max() for mask in outputs))
    shape = np.empty((inputs[1], 3))
    outputs = tuple(require_form(inputs, outputs, (shape, shape)))
    if not share:
        return 1e6 * float(np.abs(np.array(outputs) - 1).max())
    masks = np.concatenate([np.asarray(mask, float) for mask in outputs], axis=1)
    on = (masks > 0).astype(float)
    astray = np.abs(masks - on / (1 - share)).max() / 1e-6  # float32
    states = enumeration.states(6)
    chance = np.prod(np.where(states == 1, 1 - share, share), axis=1)
    neighbours = np.stack([on[::2], on[1::2]], axis=2).reshape(-1, 2)
    of_two = np.prod(np.where(enumeration.states(2) == 1, 1 - share, share), axis=1)
    return float(
        max(
            astray,
            np.abs(on.mean() - 1 + share)
            / enumeration.bound(share * (1 - share), 1.0, on.size, 64 + 4 * 6),
            enumeration.frequency_error(on, chance, comparisons=64 + 4 * 6),
            *(
                enumeration.frequency_error(neighbours[unit::6], of_two, comparisons=64 + 4 * 6)
                for unit in range(6)
            ),
        )
    )


def _alike(rng: Rng) -> Arrays:
    return Seed(rng.integers(2**31)), (160, 160, 160)


def _init(rng: Rng) -> Arrays:
    """Layers so large that frequencies tell; no two widths are equal or near."""
    return Seed(rng.integers(2**31)), (*map(int, rng.permutation([40, 160, 640])), 2000)


def _measure_init(inputs: Arrays, outputs: Arrays) -> float:
    """Every entry within its limit, to rounding; the frequencies of a uniform law, by the
    Dvoretzky-Kiefer-Wolfowitz inequality; and products of neighbours, whose mean is 0.
    """
    sizes = inputs[1]
    shapes = [shape for i, o in pairwise(sizes) for shape in ((i, o), (o,))]
    like = [np.empty(shape, np.float32) for shape in shapes]
    outputs = tuple(
        require_form(tuple(like), outputs, tuple(zip(like[::2], like[1::2], strict=True)))
    )
    limits = np.repeat(1 / np.sqrt(sizes[:-1]), 2)
    scaled = [np.asarray(x, float) / limit for x, limit in zip(outputs, limits, strict=True)]
    pairs = [(W[a::2][:n], W[1::2][:n]) for W in scaled for a, n in [(0, len(W) // 2)]]
    pairs += [(W[:, ::2], W[:, 1::2]) for W in scaled[::2]]
    pairs += [(W[0], b) for W, b in zip(scaled[::2], scaled[1::2], strict=True)]
    pairs += [(a.ravel()[:n], b.ravel()[:n]) for a, b in pairwise(scaled[::2])
              for n in [min(a.size, b.size)]]  # fmt: skip
    comparisons = len(scaled) + len(pairs)
    return max(
        *(float(np.abs(x).max() - 1) / 1e-6 for x in scaled),  # float32
        *(game.uniform_error(x.ravel(), comparisons) for x in scaled),
        *(game.product_error(a, b, comparisons) for a, b in pairs),
    )


MLP = "gan.mlp."

# fmt: off
CHECKS = (
    Check("gan.15", MLP + "forward", "sum term by term", of_sizes(drawn_forward, 0), exact(passed_forward), 3e-14, 30),
    Check("gan.17", MLP + "init", "distribution function", (_init, Edge(_alike, "with layers of one size")), _measure_init, 1.0, 3),
    Check("gan.16", MLP + "dropout", "product of probabilities", (_dropout, Edge(_no_dropout, "with a rate of 0"), _dropout, Edge(_dropout, "with a low rate", rate=0.0038)), _measure_dropout, 1.0, 6),
    Check("gan.19", MLP + "backward", STEP, of_sizes(_backward, 0), exact(_oracle_backward), 1e-13, 12),
)
# fmt: on
