"""The bare matrix products of a case, as many and as large as it needs, and nothing else."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from autograd_lite.ops import Array
from benchmarks.cases import AVERAGE, BETAS, BURN_IN, SWEEPS, Case, Run
from rbm.exact import GROUP
from training.settings import widths

D = 784
# Rows, inner size and columns of a product, and which of its factors is stored transposed.
Product = tuple[int, int, int, str]


def floor(case: Case) -> Run:
    """The products on random matrices; those of one shape are one matrix, which stays in cache."""
    rng, kept = np.random.default_rng(0), dict[tuple[int, int], Array]()
    large = np.empty((2**10, 2**10), np.float32)  # many of these would not fit into memory

    def matrix(rows: int, columns: int) -> Array:
        shape = rows, columns
        return kept.setdefault(shape, rng.random(shape, dtype=np.float32) - 0.5)

    todo = []
    for m, k, n, transposed in PRODUCTS[case.kind](case):
        a = matrix(k, m).T if transposed == "first" else matrix(m, k)
        b = matrix(n, k).T if transposed == "second" else matrix(k, n)
        todo.append((a, b, large if large.shape == (m, n) else np.empty((m, n), np.float32)))

    def step(state: None, x: object) -> None:
        for a, b, out in todo:
            np.matmul(a, b, out=out)

    return Run(lambda: None, step, lambda state: [])


def layers(
    B: int, sizes: Sequence[int], forward: int = 0, inputs: int = 0, weights: int = 0
) -> list[Product]:
    """The products of so many forward passes, gradients of inputs and of weights."""
    found = []
    for a, b in pairwise(sizes):
        found += [(B, a, b, "")] * forward + [(B, b, a, "second")] * inputs
        found += [(a, B, b, "first")] * weights
    return found


def rbm(case: Case) -> list[Product]:
    """Two a sweep; h given the last v, and given the data unless a sweep began there; two outer."""
    B, H = case.rows, case.settings.hidden
    persist = case.settings.chains == "persistent"
    sweeps = sampling(B, H, case.settings.gibbs_steps)
    return sweeps + layers(B, (D, H), forward=1 + persist, weights=2)


def sampling(B: int, H: int, sweeps: int) -> list[Product]:
    return layers(B, (D, H), forward=1, inputs=1) * sweeps


def halves(H: int) -> list[Product]:
    """All pairs of the states of two halves, for every few pixels; ours are in float64."""
    return [(2 ** (H // 2), 2**GROUP, 2 ** (H - H // 2), "second")] * -(-D // GROUP)


def vae(case: Case) -> list[Product]:
    B, Z, up = case.rows, case.settings.codes, (D, *widths("", case.settings.hidden, none=True))
    encoder = layers(B, up[:2], 1, 0, 1) + layers(B, up[1:], 1, 1, 1)  # images need no gradient
    return encoder + layers(B, (up[-1], Z), 2, 2, 2) + layers(B, (Z, *up[::-1]), 1, 1, 1)


def evaluation(case: Case) -> list[Product]:
    Z, up = case.settings.codes, (D, *widths("", case.settings.hidden, none=True))
    chunk = layers(1000, up, 1) + layers(1000, (up[-1], Z), 2) + layers(1000, (Z, *up[::-1]), 1)
    return chunk * (case.rows // 1000)


def conv(case: Case) -> list[Product]:
    """Windows times kernels, forward (a transposed convolution: backward), and both gradients."""
    B, Z = case.rows, case.settings.codes
    windows = ((196, 9, 32), (49, 288, 64), (49, 576, 64), (196, 288, 64), (784, 9, 32))
    found = []
    for number, (places, *sizes) in enumerate(windows):  # the images need no gradient
        found += layers(places * B, sizes, 1, number > 0, 1)
    found += layers(B, (D * 4, 16), 1, 1, 1) + layers(B, (16, Z), 2, 2, 2)
    return found + layers(B, (Z, D * 4), 1, 1, 1)


def gan(case: Case) -> list[Product]:
    B, settings = case.rows, case.settings
    into_g = (settings.noise, *widths("", settings.generator), D)
    into_d = (D, *widths("", settings.discriminator), 1)
    # D's step: G forward; D forward and back on both batches at once, not to its images.
    found = layers(B, into_g, 1) + layers(2 * B, into_d, 1, 0, 1) + layers(2 * B, into_d[1:], 0, 1)
    # G's step: both forward, back through D to its images, back through G to its weights.
    found += layers(B, into_g, 1, 0, 1) + layers(B, into_g[1:], 0, 1)
    return found + layers(B, into_d, 1, 1)


PRODUCTS: dict[str, Callable[[Case], list[Product]]] = {
    "rbm": rbm,
    "gibbs": lambda case: sampling(case.rows, case.settings.hidden, SWEEPS),
    "inpaint": lambda case: sampling(case.rows, case.settings.hidden, BURN_IN + AVERAGE),
    "ais": lambda case: sampling(case.rows, case.settings.hidden, BETAS - 1),
    "log-z": lambda case: halves(case.settings.hidden),
    "pseudo": lambda case: layers(case.rows, (D, case.settings.hidden), 1),
    "vae": vae,
    "evaluate": evaluation,
    "conv": conv,
    "gan": gan,
}
