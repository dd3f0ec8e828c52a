"""The cases in JAX: a step is one compiled function, which overwrites the state it was given.

Numbers are drawn by threefry, JAX's default and the fastest of its generators on a CPU.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn, random

from benchmarks.cases import AVERAGE, BURN_IN, SWEEPS, Case, Run, first
from benchmarks.peers.jax_networks import Tree, evaluate, gan, plain, trained, vae


def run(case: Case) -> Run:
    return KINDS[case.kind](case)


def bernoulli(key: Any, p: Any) -> Any:
    return random.bernoulli(key, p).astype(p.dtype)


def prob_v(key: Any, v: Any, W: Any, b: Any, c: Any) -> Any:
    h = bernoulli(key, nn.sigmoid(v @ W + c))
    return nn.sigmoid(h @ W.T + b)


def chains(key: Any, v: Any, params: Tree, sweeps: int) -> Any:
    def sweep(v: Any, key: Any) -> tuple[Any, None]:
        of_h, of_v = random.split(key)
        return bernoulli(of_v, prob_v(of_h, v, *params)), None

    return lax.scan(sweep, v, random.split(key, sweeps))[0]


def rbm(case: Case) -> Run:
    settings, begun = case.settings, first(case)
    persist = settings.chains == "persistent"

    def statistics(v: Any, W: Any, c: Any) -> Tree:
        h = nn.sigmoid(v @ W + c)
        return v.T @ h / len(v), v.mean(0), h.mean(0)

    def step(state: Tree, x: Any) -> Tree:
        params, velocity, old, key = state
        key, use = random.split(key)
        v = (x >= 0.5).astype(x.dtype)
        m = chains(use, old if persist else v, params, settings.gibbs_steps)
        data, model = statistics(v, params[0], params[2]), statistics(m, params[0], params[2])
        rate, momentum = settings.learning_rate, settings.momentum
        velocity = jax.tree.map(
            lambda u, d, m: momentum * u + rate * (d - m), velocity, data, model
        )
        return jax.tree.map(jnp.add, params, velocity), velocity, m if persist else old, key

    return trained(step, (begun.params, begun.velocity, begun.chains), 1)


def sampled(case: Case, sample: Callable[[Any, Any, Tree], Any]) -> Run:
    """Images from a key, a batch and parameters."""
    params = plain(tuple(first(case).params))
    turns = count()
    compiled = jax.jit(sample)

    def step(state: Any, x: Any) -> Any:
        return compiled(random.key(next(turns)), x, params)

    return Run(lambda: None, step, lambda v: [np.array(v.mean(0))], wait=jax.block_until_ready)


def gibbs(case: Case) -> Run:
    return sampled(case, lambda key, v, params: chains(key, v, params, SWEEPS))


def inpaint(case: Case) -> Run:
    def sample(key: Any, x: Any, params: Tree) -> Any:
        given, known = x
        key, coins = random.split(key)

        def sweep(state: Tree, drawn: tuple[Any, Any]) -> tuple[Tree, None]:
            v, total = state
            of_h, of_v = random.split(drawn[0])
            p = prob_v(of_h, v, *params)
            v = jnp.where(known, given, bernoulli(of_v, p))
            return (v, total + drawn[1] * p), None

        v = jnp.where(known, given, bernoulli(coins, jnp.full_like(given, 0.5)))
        counted = jnp.arange(BURN_IN + AVERAGE) >= BURN_IN
        keys = random.split(key, BURN_IN + AVERAGE)
        (_, total), _ = lax.scan(sweep, (v, jnp.zeros_like(v)), (keys, counted))
        return jnp.where(known, given, total / AVERAGE)

    return sampled(case, sample)


KINDS: dict[str, Callable[[Case], Run]] = {
    **{"rbm": rbm, "gibbs": gibbs, "inpaint": inpaint},
    **{"vae": vae, "conv": vae, "gan": gan, "evaluate": evaluate},
}
