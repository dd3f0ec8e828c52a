"""Checks of gan's networks against their definitions.

B = 7 images of 5 pixels from 3 noise units; both networks have two hidden layers of other widths,
and some units are dropped in each.
"""

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Record, Rng, Seed, exact, require_form
from grading.checks.gan import STEP, B
from grading.oracles import enumeration, game
from grading.oracles.arrays import Error, compared
from grading.oracles.differences import gradient

GENERATOR, DISCRIMINATOR = BOTH = (3, 4, 6, 5), (5, 8, 2, 1)
ALIKE = (4, 4, 4, 4, 4), (4, 4, 4, 4, 1)  # both, of layers of one width
OTHER = (3, 6, 5), (5, 3, 8, 2, 1)  # both, of other depths
FLAT = (3, 5), (5, 1)  # both, without a hidden layer
STILL, KEPT = "with a unit at its kink", "with the number 1 for masks"
DRAWS = 40_000  # images whose masks are judged together


def drawn_params(rng: Rng, sizes: tuple[int, ...], edge: str = "") -> Arrays:
    """Where a unit is STILL, the first of every hidden layer has weights and a bias of 0."""
    layers = [(0.8 * rng.normal(size=(i, o)), 0.5 * rng.normal(size=o)) for i, o in pairwise(sizes)]
    for W, b in layers[:-1] if edge == STILL else ():
        W[:, 0] = b[0] = 0
    return tuple(Record("Layer", layer) for layer in layers)


def drawn_masks(rng: Rng, sizes: tuple[int, ...], B: int = B, edge: str = "") -> Arrays:
    """Of two fifths dropped; the first image loses a unit in every layer, and keeps one."""
    if edge == KEPT:
        return (np.ones(()),) * len(sizes[1:-1])
    masks = []
    for width in sizes[1:-1]:
        mask = (rng.random((B, width)) >= 0.4) / 0.6
        mask[0, 0], mask[0, 1] = 0, 1 / 0.6
        masks.append(mask)
    return tuple(masks)


def plain(params: Any) -> Any:
    """(W, b) of every layer."""
    return [layer.fields for layer in params]


def clear(x: Array, masks: Any, params: Any, margin: float = 1e-4) -> bool:
    """Whether no unit is so near its kink, and not at it, that rounding to float32 would cross."""
    _, passed = game.forward(x, masks, plain(params))
    return all((np.abs(h[h != 0]) > margin).all() for _, h, _ in passed)


def drawn_forward(
    rng: Rng, B: int = B, sizes: Any = GENERATOR, edge: str = "", moved: bool = False
) -> Arrays:
    """Noise; or images, farther from every kink, of which pixels are to be `moved`."""
    while True:
        x = rng.uniform(-1, 1, (B, sizes[0])) if moved else rng.normal(size=(B, sizes[0]))
        masks, params = drawn_masks(rng, sizes, B, edge), drawn_params(rng, sizes, edge)
        if clear(x, masks, params, 0.02 if moved else 1e-4):
            return x, masks, params


def of_sizes(draw: Any, player: Any) -> Any:
    """Draws of usual networks, of layers of one width, of another depth, and of edges."""
    return (
        *(partial(draw, sizes=sizes[player]) for sizes in (BOTH, ALIKE, OTHER)),
        Edge(draw, "with one row", B=1),
        Edge(draw, "without a hidden layer", sizes=FLAT[player]),
        *(Edge(draw, edge, edge=edge) for edge in (STILL, KEPT)),
    )


def passed_forward(x: Array, masks: Any, params: Any) -> Any:
    """The output; (x, h, mask) of each hidden layer, and what the last layer is given."""
    out, passed = game.forward(x, masks, plain(params))
    hidden = tuple((x, h, mask) for (x, h, _), mask in zip(passed, masks, strict=True))
    return out, (hidden, passed[-1][2] if passed else x)


def _backward(rng: Rng, B: int = B, sizes: Any = GENERATOR, edge: str = "") -> Arrays:
    x, masks, params = drawn_forward(rng, B, sizes, edge)
    _, (hidden, last) = passed_forward(x, masks, params)
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


def _dropout(rng: Rng, rate: float = -1, sizes: Any = (2, 3, 3, 1), B: int = DRAWS) -> Arrays:
    """Hidden layers of one width, so that one mask for both would be of the right shape."""
    rate = float(rng.choice([0.2, 0.35, 0.6, 0.75])) if rate < 0 else rate
    return Seed(rng.integers(2**31)), B, drawn_params(rng, sizes), rate


def _measure_dropout(inputs: Arrays, outputs: Arrays) -> float:
    """Every entry is 0 or 1 / (share kept), to rounding; frequencies of dropped units, of all 64
    patterns of six units, which are independent, of all layers, and of a unit in an image and the
    next; one wide image counts as many. Where nothing is dropped a mask may be the number 1.
    """
    _, B, params, share = inputs
    shapes = [np.empty((B, len(b))) for _, b in plain(params)[:-1]]
    if share or sum(map(np.size, outputs)) != len(shapes):
        outputs = tuple(require_form(inputs, outputs, tuple(shapes)))
    if not shapes:
        return 0.0
    masks = np.hstack([np.reshape(x, (len(x) if np.ndim(x) else 1, -1)) for x in outputs])
    on = (masks > 0).astype(float) if share else np.ones(masks.shape)
    errors = [compared(masks, on / (1 - share), 1e-6, "the mask of a unit that is kept")]  # float32
    if not share:
        return errors[0]
    comparisons, of_all = 64 + 4 * 6, enumeration.bound(share * (1 - share), 1.0, on.size, 64 + 24)
    errors.append(compared(on.mean(), 1 - share, of_all, "the share of units that are kept"))

    def together(on: Array, what: str) -> Error:
        states = enumeration.states(on.shape[1])
        chance = np.prod(np.where(states == 1, 1 - share, share), axis=1)
        return enumeration.frequency_error(on, chance, comparisons, f"{what} (1: kept)")

    on = on.reshape(-1, 6)
    errors.append(together(on, "six units with the pattern"))
    pairs = np.stack([on[::2], on[1::2]], axis=2)
    what = "a unit in an image and the next with the pattern"
    return max(*errors, *(together(pairs[:, i], what) for i in range(6)))


def _alike(rng: Rng) -> Arrays:
    return Seed(rng.integers(2**31)), (160, 160, 160)


def _init(rng: Rng) -> Arrays:
    """Layers so large that frequencies tell; no two widths are equal or near."""
    return Seed(rng.integers(2**31)), (*map(int, rng.permutation([40, 160, 640])), 2000)


def _measure_init(inputs: Arrays, outputs: Arrays) -> float:
    """A uniform law within the limit of each layer; and of pairs: weights and biases, two layers."""
    sizes = inputs[1]
    like = [(np.empty((i, o), np.float32), np.empty(o, np.float32)) for i, o in pairwise(sizes)]
    found = require_form(tuple(like[0]), outputs, tuple(like))
    pairs = zip(found[::2], found[1::2], sizes[:-1], strict=True)
    layers = [(W * i**0.5, b * i**0.5) for W, b, i in pairs]
    both = [("the first row of W and b", W[0], b) for W, b in layers]
    both += [("W of two layers", a[0].ravel(), b[0].ravel()) for a, b in pairwise(layers)]
    arrays = [(f"W of layer {i}", W) for i, (W, _) in enumerate(layers, 1)]
    arrays += [(f"b of layer {i}", b[None]) for i, (_, b) in enumerate(layers, 1)]
    arrays += [(what, np.stack([a[: b.size], b[: a.size]])) for what, a, b in both]
    errors = [(x, e) for x, W in arrays for e in enumeration.uniform_errors(W, 1.0, len(arrays))]
    name, worst = max(errors, key=lambda pair: pair[1])
    return Error(worst, f"{name} in limits: {worst.words}")


MLP = "gan.mlp."

# fmt: off
CHECKS = (
    Check("gan.15", MLP + "forward", "sum term by term", of_sizes(drawn_forward, 0), exact(passed_forward), 3e-14, 30),
    Check("gan.17", MLP + "init", "distribution function", (_init, Edge(_alike, "with layers of one size")), _measure_init, 1.0, 3),
    Check("gan.16", MLP + "dropout", "product of probabilities",
          (_dropout, Edge(_dropout, "with a rate of 0", rate=0.0, B=5), partial(_dropout, sizes=(2, 1, 3, 2, 1)),
           Edge(_dropout, "with one row", sizes=(2, 42_000, 1), B=1), partial(_dropout, sizes=(2, 4, 2, 1)),
           Edge(_dropout, "without a hidden layer", sizes=(2, 1)), Edge(_dropout, "with a low rate", rate=0.0038)), _measure_dropout, 1.0, 7),
    Check("gan.19", MLP + "backward", STEP, of_sizes(_backward, 0), exact(_oracle_backward), 1e-13, 12),
)
# fmt: on
