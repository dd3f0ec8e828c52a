"""The cases in PyTorch, eager or compiled. Gradients by autograd, fused optimisers.

`rand_like(p) < p` in place of `bernoulli(p)`, which draws one number after the other in double
precision; images in channels_last, on which convolutions are four times as fast on a CPU.
"""

from collections.abc import Callable
from typing import Any

import torch

from autograd_lite.ops import Array
from benchmarks.cases import AVERAGE, BURN_IN, SWEEPS, Case, Run, first
from benchmarks.peers.pytorch_networks import Tensor, affine, arrays, evaluate, gan, tensor, vae


def eager(case: Case) -> Run:
    return KINDS[case.kind](case, lambda function: function)


def compiled(case: Case) -> Run:
    """What is compiled is one sweep, or the loss with its gradient."""
    torch._dynamo.reset()
    # Eager draws are faster than those that are compiled into the loops.
    torch._inductor.config.fallback_random = True
    return KINDS[case.kind](case, torch.compile)


def bernoulli(p: Tensor) -> Tensor:
    return torch.rand_like(p).lt_(p)


def prob_v(v: Tensor, W: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """P(v' = 1 | h), h drawn given v: half of a sweep."""
    h = bernoulli(affine(v, W, c).sigmoid_())
    return affine(h, W.T, b).sigmoid_()


def sweep(v: Tensor, W: Tensor, b: Tensor, c: Tensor) -> Tensor:
    return bernoulli(prob_v(v, W, b, c))


def statistics(v: Tensor, W: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    h = affine(v, W, c).sigmoid_()
    return v.T @ h, v.sum(0), h.sum(0)


def update(params: Any, velocity: Any, v: Tensor, m: Tensor, rate: float, momentum: float) -> None:
    W, _, c = params
    both = zip(statistics(v, W, c), statistics(m, W, c), strict=True)
    for p, u, (data, model) in zip(params, velocity, both, strict=True):
        p.add_(u.mul_(momentum).add_(data.sub_(model), alpha=rate / len(v)))


def rbm(case: Case, make: Callable[..., Any]) -> Run:
    settings, begun = case.settings, first(case)
    once, learn = make(sweep), make(update)
    persist = settings.chains == "persistent"

    def step(state: Any, x: Array) -> Any:
        params, velocity, chains = state
        with torch.no_grad():
            v = (torch.from_numpy(x) >= 0.5).float()
            m = chains if persist else v
            for _ in range(settings.gibbs_steps):
                m = once(m, *params)
            learn(params, velocity, v, m, settings.learning_rate, settings.momentum)
        return params, velocity, m

    def start() -> Any:
        params, velocity = ([tensor(p) for p in tree] for tree in (begun.params, begun.velocity))
        return params, velocity, tensor(begun.chains)

    return Run(start, step, lambda state: arrays(state[0]))


def gibbs(case: Case, make: Callable[..., Any]) -> Run:
    params, once = tuple(map(tensor, first(case).params)), make(sweep)

    def step(state: None, x: Array) -> Tensor:
        v = torch.from_numpy(x)
        with torch.no_grad():
            for _ in range(SWEEPS):
                v = once(v, *params)
        return v

    return Run(lambda: None, step, lambda v: [v.mean(0).numpy()])


def inpaint(case: Case, make: Callable[..., Any]) -> Run:
    params, half = tuple(map(tensor, first(case).params)), make(prob_v)

    def step(state: None, x: tuple[Array, Any]) -> Tensor:
        given, known = map(torch.from_numpy, x)
        with torch.no_grad():
            v, total = torch.where(known, given, bernoulli(torch.full_like(given, 0.5))), 0
            for i in range(BURN_IN + AVERAGE):
                p = half(v, *params)
                v = torch.where(known, given, bernoulli(p))
                total = total + p if i >= BURN_IN else total
            return torch.where(known, given, total / AVERAGE)

    return Run(lambda: None, step, lambda v: [v.mean(0).numpy()])


KINDS: dict[str, Callable[[Case, Callable[..., Any]], Run]] = {
    **{"rbm": rbm, "gibbs": gibbs, "inpaint": inpaint},
    **{"vae": vae, "conv": vae, "gan": gan, "evaluate": evaluate},
}
