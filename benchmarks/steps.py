"""A training step of each model, and beside it the bare matrix products that it needs."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from gan import train as gan_train
from rbm import train as rbm_train
from vae import train as vae_train
from vae.mlp import init


def rbm_pair(H: int = 500, B: int = 64, k: int = 30) -> tuple[Callable[[], object], ...]:
    """A CD-k step, and its products: two a sweep, h of the last sweep, and two outer products."""
    x = np.random.default_rng(0).random((B, 784), dtype=np.float32)
    settings = rbm_train.Settings(hidden=H, gibbs_steps=k, batch_size=B)
    state = rbm_train.start(settings, x)
    v, W = (x > 0.5).astype(np.float32), state.params.W
    h = (v @ W > 0).astype(np.float32)

    def bare() -> None:
        for _ in range(k):
            v @ W
            h @ W.T
        v @ W
        v.T @ h
        v.T @ h

    return lambda: rbm_train.step(state, x, settings), bare


def vae_pair(H: int = 256, Z: int = 2, B: int = 128) -> tuple[Callable[[], object], ...]:
    """A step of the dense VAE with Adam, and the products of its forward and backward pass."""
    x = np.random.default_rng(0).random((B, 784), dtype=np.float32)
    settings = vae_train.Settings(codes=Z, hidden=H, batch_size=B)
    state = vae_train.start(settings, x)
    p, h = init(np.random.default_rng(0), 784, H, Z), x[:, :H].copy()
    z = x[:, :Z].copy()

    def bare() -> None:
        x @ p.W1, h @ p.W_mu, h @ p.W_logvar, z @ p.W2, h @ p.W3
        h.T @ x, x @ p.W3.T, z.T @ h, h @ p.W2.T
        h.T @ z, z @ p.W_mu.T, h.T @ z, z @ p.W_logvar.T, x.T @ h

    return lambda: vae_train.step(state, x, settings), bare


def multiplied(shapes: Sequence[tuple[int, int, int]]) -> Callable[[], object]:
    """Products of random matrices (rows, inner) and (inner, columns)."""
    rng = np.random.default_rng(0)
    pairs = [
        (rng.random((m, k), dtype=np.float32), rng.random((k, n), dtype=np.float32))
        for m, k, n in shapes
    ]

    def bare() -> None:
        for a, b in pairs:
            a @ b

    return bare


def dense_products(
    B: int, sizes: Sequence[int], forward: int = 0, inputs: int = 0, weights: int = 0
) -> list[tuple[int, int, int]]:
    """The products of so many forward passes, gradients of inputs and of weights."""
    shapes = []
    for a, b in pairwise(sizes):
        shapes += [(B, a, b)] * forward + [(B, b, a)] * inputs + [(a, B, b)] * weights
    return shapes


def conv_pair(B: int = 32) -> tuple[Callable[[], object], ...]:
    """A step of the convolutional VAE with RMSprop, and its products: windows times kernels."""
    x = np.random.default_rng(0).random((B, 784), dtype=np.float32)
    settings = vae_train.Settings(
        network="conv", optimiser="rmsprop", likelihood="squared", batch_size=B
    )
    state = vae_train.start(settings, x)
    layers = ((196 * B, 9, 32), (49 * B, 288, 64), (49 * B, 576, 64), (196 * B, 288, 64))
    shapes = []
    for windows, k, channels in (*layers, (784 * B, 9, 32)):
        # The convolution or its transpose; the gradient of the kernel; that of the input, which
        # the first layer does not need.
        shapes += [(windows, k, channels), (k, windows, channels), (windows, channels, k)]
    shapes.remove((196 * B, 32, 9))
    shapes += dense_products(B, (3136, 16, 2), 1, 1, 1) + dense_products(B, (16, 2), 1, 1, 1)
    shapes += dense_products(B, (2, 3136), 1, 1, 1)
    return lambda: vae_train.step(state, x, settings), multiplied(shapes)


def gan_pair(B: int = 64) -> tuple[Callable[[], object], ...]:
    """A step of both players with Adam, and the products that they need."""
    x = np.random.default_rng(0).random((B, 784), dtype=np.float32)
    settings = gan_train.Settings(batch_size=B)
    state = gan_train.start(settings, x)
    G, D = (100, 32, 64, 128, 784), (784, 128, 64, 32, 1)
    # D's step: G forward, D forward and back on two batches; no gradient of its images is needed.
    shapes = dense_products(B, G, forward=1) + dense_products(B, D, forward=2, weights=2)
    shapes += dense_products(B, D[1:], inputs=2)
    # G's step: both forward, back through D to its images, back through G to its weights.
    shapes += dense_products(B, G, forward=1, weights=1) + dense_products(B, G[1:], inputs=1)
    shapes += dense_products(B, D, forward=1, inputs=1)
    return lambda: gan_train.step(state, x, settings), multiplied(shapes)
