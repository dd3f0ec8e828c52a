"""VAE and GAN in JAX: networks, costs and optimisers as functions of arrays."""

from collections.abc import Callable
from itertools import count
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn, random

from autograd_lite.ops import Array
from autograd_lite.tree import leaves
from benchmarks.cases import Case, Run, first

Tree = Any
NHWC = ("NHWC", "HWIO", "NHWC")


def plain(tree: Any) -> Tree:
    """Copies on JAX's side, in plain tuples."""
    if isinstance(tree, tuple):
        return tuple(map(plain, tree))
    return jnp.array(tree)


def arrays(tree: Tree) -> list[Array]:
    return [np.array(leaf) for leaf in leaves(tree)]


def trained(
    step: Callable[..., Tree], begun: Tree, results: int, given: Callable[..., Tree] | None = None
) -> Run:
    """A training; of a state's trees the first so many are the result. The last is a key."""
    turns = count()

    def start() -> Tree:
        return *plain(tuple(begun)), random.key(next(turns))

    return Run(
        start,
        jax.jit(step, donate_argnums=0),
        lambda state: arrays(tuple(state[:results])),
        jax.jit(given) if given else None,
        jax.block_until_ready,
    )


def dense(x: Any, eps: Any, params: Tree) -> tuple[Any, Any, Any]:
    """Logits, mu and logvar."""
    ((W1, b1),), (W_mu, b_mu), (W_logvar, b_logvar), ((W2, b2), (W3, b3)) = params
    h = nn.relu(x @ W1 + b1)
    mu, logvar = h @ W_mu + b_mu, h @ W_logvar + b_logvar
    z = mu + jnp.exp(0.5 * logvar) * eps
    return nn.relu(z @ W2 + b2) @ W3 + b3, mu, logvar


def conv(x: Any, eps: Any, params: Tree) -> tuple[Any, Any, Any]:
    """Logits, mu and logvar."""
    K1, b1, K2, b2, W3, b3, W_mu, b_mu, W_logvar, b_logvar, W4, b4, K5, b5, K6, b6, K7, b7 = params

    def down(x: Any, K: Any) -> Any:
        return lax.conv_general_dilated(x, K, (2, 2), "SAME", dimension_numbers=NHWC)

    def up(y: Any, K: Any, stride: int = 2) -> Any:
        size = stride, stride
        return lax.conv_transpose(y, K, size, "SAME", dimension_numbers=NHWC, transpose_kernel=True)

    B = len(x)
    h = nn.relu(down(nn.relu(down(x.reshape(B, 28, 28, 1), K1) + b1), K2) + b2)
    h = nn.relu(h.reshape(B, -1) @ W3 + b3)
    mu, logvar = h @ W_mu + b_mu, h @ W_logvar + b_logvar
    z = mu + jnp.exp(0.5 * logvar) * eps
    h = nn.relu(z @ W4 + b4).reshape(B, 7, 7, 64)
    h = nn.relu(up(nn.relu(up(h, K5) + b5), K6) + b6)
    return (up(h, K7, 1) + b7).reshape(B, -1), mu, logvar


def cost_parts(x: Any, logits: Any, mu: Any, logvar: Any, squared: bool = False) -> tuple[Any, Any]:
    """Both parts of minus the bound, sums over the images."""
    nll = jnp.square(nn.sigmoid(logits) - x) if squared else nn.softplus(logits) - x * logits
    return nll.sum(), 0.5 * (mu * mu + jnp.exp(logvar) - 1 - logvar).sum()


def adam(params: Tree, moments: Tree, grads: Tree, step: Any, rate: float) -> tuple[Tree, ...]:
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], grads)
    square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, moments[1], grads)
    rate, scale = rate / (1 - 0.9**step), lax.rsqrt(1 - 0.999**step)
    params = jax.tree.map(
        lambda p, m, s: p - rate * m / (scale * jnp.sqrt(s) + 1e-8), params, mean, square
    )
    return params, mean, square


def rmsprop(params: Tree, moments: Tree, grads: Tree, step: Any, rate: float) -> tuple[Tree, ...]:
    square = jax.tree.map(lambda s, g: 0.9 * s + 0.1 * g * g, moments[0], grads)
    params = jax.tree.map(
        lambda p, s, g: p - rate * g / (jnp.sqrt(s) + 1e-7), params, square, grads
    )
    return params, square


def masks(key: Any, rows: int, player: Tree, rate: float) -> tuple[Any, ...]:
    """Of dropout, for every hidden layer."""
    keys = random.split(key, len(player) - 1)
    kept = [
        random.bernoulli(k, 1 - rate, (rows, len(b)))
        for k, (_, b) in zip(keys, player[:-1], strict=True)
    ]
    return tuple(k.astype(jnp.float32) / (1 - rate) for k in kept)


def network(x: Any, player: Tree, drop: tuple[Any, ...]) -> Any:
    """A player of the GAN."""
    for (W, b), mask in zip(player[:-1], drop, strict=True):
        x = nn.leaky_relu(x @ W + b, 0.2) * mask
    W, b = player[-1]
    return x @ W + b


def loss_d(D: Tree, G: Tree, x: Any, noise: Any, label: float) -> Any:
    """noise: z, and masks of the generator, for the real images and for the others."""
    z, of_g, for_real, for_fake = noise
    fake = jnp.tanh(network(z, G, of_g))
    real, generated = network(2 * x - 1, D, for_real), network(fake, D, for_fake)
    return (nn.softplus(real) - label * real + nn.softplus(generated)).mean()


def loss_g(G: Tree, D: Tree, noise: Any) -> Any:
    z, of_g, of_d = noise
    return nn.softplus(-network(jnp.tanh(network(z, G, of_g)), D, of_d)).mean()


OPTIMISERS = {"adam": adam, "rmsprop": rmsprop}


def vae(case: Case) -> Run:
    settings, begun = case.settings, first(case)
    network = conv if case.kind == "conv" else dense
    squared = settings.likelihood == "squared"

    def loss(params: Tree, x: Any, eps: Any) -> Any:
        return sum(cost_parts(x, *network(x, eps, params), squared)) / len(x)

    def given(state: Tree, x: Any, noise: list[Any]) -> Tree:
        params, moments, step, key = state
        grads = jax.grad(loss)(params, x, noise[0].reshape(len(x), -1))
        params, *moments = OPTIMISERS[settings.optimiser](
            params, moments, grads, step + 1, settings.learning_rate
        )
        return params, tuple(moments), step + 1, key

    def step(state: Tree, x: Any) -> Tree:
        key, use = random.split(state[-1])
        return given((*state[:-1], key), x, [random.normal(use, (len(x), settings.codes))])

    moments = tuple(begun.moments[: 2 if settings.optimiser == "adam" else 1])
    return trained(step, (begun.params, moments, np.float32(0)), 1, given)


def evaluate(case: Case) -> Run:
    """The mean parts of the cost, a thousand images at a time as this project does it."""
    params = plain(tuple(first(case).params))
    chunk = 1000, case.settings.codes

    def given(state: None, x: Any, noise: Any) -> Any:
        def parts(xs: tuple[Any, Any]) -> Any:
            return cost_parts(xs[0], *dense(*xs, params))

        pairs = x.reshape(-1, chunk[0], 784), jnp.stack(noise).reshape(-1, *chunk)
        return tuple(part.sum() / len(x) for part in lax.map(parts, pairs))

    compiled = jax.jit(lambda key, x: given(None, x, random.normal(key, (len(x), chunk[1]))))
    turns = count()
    return Run(
        lambda: None,
        lambda state, x: compiled(random.key(next(turns)), x),
        arrays,
        jax.jit(given),
        jax.block_until_ready,
    )


def gan(case: Case) -> Run:
    settings, begun = case.settings, first(case)
    of_g, of_d = settings.generator_dropout, settings.discriminator_dropout

    def given(state: Tree, x: Any, noise: list[Any]) -> Tree:
        G, D, adam_g, adam_d, step, key = state
        grads = jax.grad(loss_d)(D, G, x, noise[:4], settings.label)
        D, *adam_d = adam(D, adam_d, grads, step + 1, settings.learning_rate)
        grads = jax.grad(loss_g)(G, D, noise[4:])
        G, *adam_g = adam(G, adam_g, grads, step + 1, settings.learning_rate)
        return G, D, tuple(adam_g), tuple(adam_d), step + 1, key

    def step(state: Tree, x: Any) -> Tree:
        G, D = state[:2]
        key, *keys = random.split(state[-1], 8)
        drawn = [2 * random.uniform(k, (len(x), settings.noise)) - 1 for k in keys[:2]]
        rows = [masks(k, len(x), G, of_g) for k in keys[2:4]]
        rows += [masks(k, len(x), D, of_d) for k in keys[4:]]
        noise = [drawn[0], rows[0], rows[2], rows[3], drawn[1], rows[1], rows[4]]
        return given((*state[:-1], key), x, noise)

    moments = (tuple(m[:2]) for m in (begun.adam_g, begun.adam_d))
    return trained(step, (*begun.params[:2], *moments, np.float32(0)), 2, given)
