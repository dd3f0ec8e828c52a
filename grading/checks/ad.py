"""Checks of autograd_lite: operations, losses on logits, optimisers.

Sizes differ pairwise, biases are not zero, batches are larger than one and of one, logits reach +-800.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Rng, calm, each_real, exact
from grading.oracles import networks
from grading.oracles.differences import gradient, relu, sigmoid, softplus

B, I, O, K = 5, 4, 3, 2  # noqa: E741 (rows, inputs, outputs, samples)


def alone(draw: Any) -> Any:
    """Draws of a batch, and in every other case of one row."""
    return draw, Edge(draw, "with one row", B=1)


def in_batches(draw: Any) -> Any:
    """Draws of samples of a batch, of one sample, of one row, and of one sample of one row."""
    few = ("sample", {"K": 1}), ("row", {"B": 1}), ("sample and one row", {"K": 1, "B": 1})
    ones = (Edge(draw, f"with one {words}", **sizes) for words, sizes in few)
    return draw, *ones


def in_ranks(draw: Any) -> Any:
    """Draws of samples of a batch, of a batch, of one row, of a single one, and of four ranks."""
    few = {"one row": (1,), "one sample of one row": (1, 1), "one axis": (), "four axes": (2, 1, 3)}
    return draw, *(Edge(draw, f"with {words}", rows=rows) for words, rows in few.items())


def with_large(draws: Any) -> Any:
    """Draws of large values made calm; an edge alone keeps those of the first, made larger."""
    first, *others = draws
    edges = (Edge(calm(other), other.words) for other in others)
    return calm(first), Edge(farther(first), "with large values"), *edges


def farther(draw: Any) -> Any:
    """Draws of which values of 800 are made 10,000."""
    return lambda rng: each_real(lambda x: np.where(np.abs(x) == 800, 12.5 * x, x), draw(rng))


def with_upstream(draw: Any, **sizes: int) -> Any:
    """Draws of a gradient by what is returned, of these sizes unless others are given, and inputs."""

    def drawn(rng: Rng, **given: Any) -> Arrays:
        shape = [given.get(axis, size) for axis, size in sizes.items()]
        return rng.normal(size=shape), *draw(rng, **given)

    return drawn


def rule(f: Any, number: int = 1, at: Any = None) -> Any:
    """The oracle of f's rule, by the complex step: of dy and what f takes, the gradient of the sum
    of dy f by the first input, or by the first `number` of them. Where the rule is given what f
    returns instead, `at` says for which input it does.
    """

    def oracle(dy: Array, *inputs: Any) -> Any:
        moved, rest = inputs[:number], inputs[number:]
        if at:
            moved = (at(*inputs),)
        grads = gradient(lambda *moved: (f(*moved, *rest) * dy).sum(), moved)
        return grads if number > 1 else grads[0]

    return oracle


def wide(rng: Rng, *shape: int) -> Array:
    """Values of order 1, with a few of every size up to 800 on both sides, and 0; no other within
    0.01 of 0 but two, which are tiny.
    """
    x = rng.normal(size=shape) * np.exp(rng.choice([0, 0, 0, 1, 2, 3], size=shape))
    x = x + np.copysign(0.01, x)
    rng.shuffle(flat := x.reshape(-1))
    flat[:5] = (800, -800, 0, 1e-9, -1e-9)[: flat.size]
    rng.shuffle(flat)
    return flat.reshape(shape)


def _affine(rng: Rng, rows: Any = (K, B), layer: Any = (I, O)) -> Arrays:
    return rng.normal(size=(*rows, layer[0])), rng.normal(size=layer), rng.normal(size=layer[1])


def _affine_vjp_x(rng: Rng, rows: Any = (K, B), layer: Any = (I, O)) -> Arrays:
    return rng.normal(size=(*rows, layer[1])), rng.normal(size=layer)


def _affine_vjp_Wb(rng: Rng, rows: Any = (K, B), layer: Any = (I, O)) -> Arrays:
    return rng.normal(size=(*rows, layer[1])), rng.normal(size=(*rows, layer[0]))


def _of_layers(draw: Any) -> Any:
    """Draws of several ranks, of one output, and of as many inputs as outputs."""
    one, square = ("one output", (I, 1)), ("a square W", (O, O))
    edges = (Edge(draw, f"with {words}", layer=layer) for words, layer in (one, square))
    both = Edge(draw, "with one axis and a square W", rows=(), layer=(O, O))
    return *in_ranks(draw), *edges, both


def _oracle_affine_vjp_x(dy: Array, W: Array) -> Array:
    x = np.ones((*dy.shape[:-1], len(W)))  # a linear map has the same derivative everywhere
    return rule(networks.affine)(dy, x, W, np.ones(W.shape[1]))


def _oracle_affine_vjp_Wb(dy: Array, x: Array) -> tuple[Array, ...]:
    W, b = np.ones((x.shape[-1], dy.shape[-1])), np.ones(dy.shape[-1])
    return gradient(lambda W, b: (networks.affine(x, W, b) * dy).sum(), (W, b))


def _wide(rng: Rng, rows: Any) -> Array:
    return wide(rng, *rows, O)


def _one(rng: Rng, rows: Any = (B,)) -> Arrays:
    return (_wide(rng, rows),)


def _upstream_and(values: Any, f: Any = lambda x: x) -> Any:
    """Draws of a gradient, and f of values of its shape."""
    return lambda rng, rows=(B,): (rng.normal(size=(*rows, O)), f(values(rng, rows)))


def _saturating(rng: Rng, rows: Any) -> Array:
    """Values of order 1, and two whose hyperbolic tangent is nearly 1 or -1."""
    x = rng.normal(size=(*rows, O))
    x.reshape(-1)[:2] = rng.permutation([8.0, -8.0])
    return x


def _leaky(rng: Rng, rows: Any = (B,)) -> Arrays:
    """Of one row the slope is left out."""
    return wide(rng, *rows, O), *([] if rows == (1,) else [float(rng.choice([0.01, 0.2, 0.3]))])


def _leaky_vjp(rng: Rng, rows: Any = (B,)) -> Arrays:
    x, *slope = _leaky(rng, rows)
    return rng.normal(size=(*rows, O)), networks.leaky_relu(x, *slope), *slope


OPS, STEP = "autograd_lite.ops.", "complex step"

# fmt: off
CHECKS = (
    Check("ad.2", OPS + "affine", "sum term by term", _of_layers(_affine), exact(networks.affine), 1e-14, 50),
    Check("ad.3", OPS + "affine_vjp_x", STEP, _of_layers(_affine_vjp_x), exact(_oracle_affine_vjp_x), 1e-14, 50),
    Check("ad.4", OPS + "affine_vjp_Wb", STEP, _of_layers(_affine_vjp_Wb), exact(_oracle_affine_vjp_Wb), 3e-14, 50),
    Check("ad.5", OPS + "relu", "definition", with_large(in_ranks(_one)), exact(relu), 1e-15, 50),
    Check("ad.6", OPS + "relu_vjp", STEP, with_large(in_ranks(_upstream_and(_wide, lambda x: np.maximum(x, 0)))), 
          exact(rule(relu, at=lambda y: np.where(y > 0, y, -1))), 1e-15, 50),
    Check("ad.7", OPS + "leaky_relu", "definition", with_large(in_ranks(_leaky)), exact(networks.leaky_relu), 1e-15, 50),
    Check("ad.8", OPS + "leaky_relu_vjp", STEP, with_large(in_ranks(_leaky_vjp)), 
          exact(rule(networks.leaky_relu, at=lambda y, slope=0.2: np.where(y > 0, y, y / slope))), 1e-15, 50),
    Check("ad.9", OPS + "sigmoid", "np.logaddexp", with_large(in_ranks(_one)),
          exact(lambda x: np.exp(-np.logaddexp(0, -x))), 5e-15, 50),
    Check("ad.10", OPS + "sigmoid_vjp", STEP, in_ranks(_upstream_and(_saturating, lambda x: np.real(sigmoid(2 * x)))), 
          exact(rule(sigmoid, at=lambda y: np.log(y) - np.log(1 - y))), 1e-14, 50),
    Check("ad.11", OPS + "tanh", "definition", with_large(in_ranks(_one)), exact(networks.tanh), 1e-14, 50),
    Check("ad.12", OPS + "tanh_vjp", STEP, in_ranks(_upstream_and(_saturating, networks.tanh)), 
          exact(rule(networks.tanh, at=lambda y: 0.5 * (np.log(1 + y) - np.log(1 - y)))), 1e-14, 50),
    Check("ad.13", OPS + "elu", "hyperbolic sine", with_large(in_ranks(_one)), exact(networks.elu, floor=1e-300), 1e-14, 50),
    Check("ad.14", OPS + "elu_vjp", STEP, in_ranks(_upstream_and(_saturating, networks.elu)),
          exact(rule(networks.elu, at=lambda y: np.where(y > 0, y, np.log1p(np.minimum(y, 0))))), 1e-14, 50),
    Check("ad.15", OPS + "softplus", "np.logaddexp", with_large(in_ranks(_one)),
          exact(lambda x: np.logaddexp(0, x), floor=1e-300), 1e-14, 50),
    Check("ad.16", OPS + "softplus_vjp", STEP, with_large(in_ranks(_upstream_and(_wide))), exact(rule(softplus)), 1e-14, 50),
    Check("ad.17", OPS + "log_sigmoid", "np.logaddexp", with_large(in_ranks(_one)),
          exact(lambda x: -np.logaddexp(0, -x), floor=1e-300), 1e-14, 50),
)
# fmt: on
