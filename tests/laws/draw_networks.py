"""Small networks of the VAE and of the GAN with all that goes through them, drawn whole."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograd_lite.ops import Layer
from autograd_lite.tree import leaves
from tests.laws.draws import bits, close, cut
from vae import conv, mlp
from vae.mlp import Outputs

small = st.integers(1, 3)


@st.composite
def dense(draw: Any, scales: int = 0) -> Any:
    """Images (B, D), others of their shape, noise (K, B, Z), parameters of up to two hidden layers,
    d of the outputs.
    """
    K, B, D, Z, *widths = (draw(small) for _ in "KBDZ" + draw(st.integers(0, 2)) * "H")
    top = (D, *widths)[-1]
    encoder, heads = draw(layers(D, *widths)), (draw(layers(top, Z))[0] for _ in "ms")
    params = mlp.Params(encoder, *heads, draw(layers(Z, *widths[::-1], D + scales)))
    eps, *d = draw(cut((K, B, Z), (K, B, D + scales), (B, Z), (B, Z), low=1.0))
    x, seen = draw(cut((B, D), (B, D), low=0.0, high=1.0))
    return x, seen, eps, params, Outputs(*d)


def without_scale(p: Any) -> Any:
    """The same network, or gradients of it, without the last output."""
    *below, (W, b) = p.decoder
    return p._replace(decoder=(*below, Layer(W[:, :-1], b[:-1])))


@st.composite
def convolutional(draw: Any) -> Any:
    """Images (B, H, W), noise (K, B, Z), parameters, d of the outputs: a byte an entry."""
    K, B, Z, *size = (draw(st.integers(1, most)) for most in (3, 3, 3, 8, 8))
    like = conv.init(np.random.default_rng(0), size, Z, np.float64, (2, 3), 3)
    first = (B, *size), (K, B, Z), (K, B, math.prod(size)), (B, Z), (B, Z)
    shapes = *first, *(a.shape for a in like)
    lengths = [*map(math.prod, shapes)]
    whole = np.frombuffer(draw(st.binary(min_size=sum(lengths), max_size=sum(lengths))), np.int8)
    parts = np.split(whole / 128, np.cumsum(lengths)[:-1])
    x, eps, *rest = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
    return x, eps, conv.Params(*rest[3:]), Outputs(*rest[:3])


@st.composite
def masks_of(draw: Any, batch: int, params: Any) -> Any:
    """A mask (B, H) for each hidden layer: what is not dropped is divided by 2 / 3."""
    return tuple(1.5 * draw(bits((batch, len(b)))) for _, b in params[:-1])


@st.composite
def layers(draw: Any, *widths: int) -> Any:
    """The layers of a player from one width to the next."""
    shapes = [shape for pair in pairwise(widths) for shape in (pair, pair[1:])]
    arrays = draw(cut(*shapes, low=1.0)) if shapes else ()
    return tuple(map(Layer, arrays[::2], arrays[1::2]))


@st.composite
def player(draw: Any, outputs: int = 1) -> Any:
    """Inputs (B, I), masks and the layers of a network with two hidden ones."""
    B, inputs, *hidden = (draw(small) for _ in "BIHH")
    params = draw(layers(inputs, *hidden, outputs))
    (x,) = draw(cut((B, inputs), low=1.0))
    return x, draw(masks_of(B, params)), params


@st.composite
def games(draw: Any) -> Any:
    """Noise, images, both players, a mask for the generator and two for the discriminator."""
    B, Z, P, H = (draw(small) for _ in "BZPH")
    G, D = draw(layers(Z, H, P)), draw(layers(P, H, 1))
    z, x = draw(cut((B, Z), (B, P), low=1.0))
    return z, x, G, D, tuple(draw(masks_of(B, params)) for params in (G, D, D))


def paired(*trees: Any) -> Any:
    """The inner product of two trees: the sum of the products of all entries."""
    return sum((a * b).sum() for a, b in zip(*map(leaves, trees), strict=True))


def alike(a: Any, b: Any) -> bool:
    """Whether two trees are equal but for rounding."""
    return all(close(p, q, 1e-8) for p, q in zip(leaves(a), leaves(b), strict=True))
