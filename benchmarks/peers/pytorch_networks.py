"""VAE and GAN in PyTorch: gradients by autograd, fused optimisers where there are any."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812

from autograd_lite.ops import Array
from autograd_lite.tree import leaves
from benchmarks.cases import Case, Run, first

Tensor = Any


def tensor(x: Array) -> Tensor:
    return torch.from_numpy(np.array(x))


def parameter(p: Array) -> Tensor:
    """A leaf; kernels (k, k, C, F) as (F, C, k, k), in channels_last."""
    t = tensor(p)
    if t.ndim == 4:
        t = t.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
    return t.requires_grad_()


def arrays(tensors: Iterable[Tensor]) -> list[Array]:
    """Copies, in the order of axes that this project has."""
    back = (t.detach().permute(2, 3, 1, 0) if t.ndim == 4 else t.detach() for t in tensors)
    return [np.array(t) for t in back]


def affine(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    return torch.addmm(b, x, W)


def bound(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor, squared: bool) -> Tensor:
    """The mean of minus the bound."""
    if squared:
        nll = (torch.sigmoid(logits) - x).square().sum()
    else:
        nll = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    return (nll + 0.5 * (mu * mu + logvar.exp() - 1 - logvar).sum()) / len(x)


def dense(x: Tensor, eps: Tensor, params: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    W1, b1, W_mu, b_mu, W_logvar, b_logvar, W2, b2, W3, b3 = params
    h = torch.relu(affine(x, W1, b1))
    mu, logvar = affine(h, W_mu, b_mu), affine(h, W_logvar, b_logvar)
    z = mu + torch.exp(0.5 * logvar) * eps
    return affine(torch.relu(affine(z, W2, b2)), W3, b3), mu, logvar


def convolutional(x: Tensor, eps: Tensor, params: Sequence[Tensor]) -> Any:
    """Padding as in autograd_lite/conv.py: where it is odd, the odd zero stands after."""
    K1, b1, K2, b2, W3, b3, W_mu, b_mu, W_logvar, b_logvar, W4, b4, K5, b5, K6, b6, K7, b7 = params
    h = x.view(-1, 1, 28, 28).to(memory_format=torch.channels_last)
    for K, b in ((K1, b1), (K2, b2)):
        h = torch.relu(F.conv2d(F.pad(h, (0, 1, 0, 1)), K, b, 2))
    h = torch.relu(affine(h.permute(0, 2, 3, 1).reshape(len(x), -1), W3, b3))
    mu, logvar = affine(h, W_mu, b_mu), affine(h, W_logvar, b_logvar)
    z = mu + torch.exp(0.5 * logvar) * eps
    h = torch.relu(affine(z, W4, b4)).view(-1, 7, 7, 64).permute(0, 3, 1, 2)
    for K, b in ((K5, b5), (K6, b6)):
        h = torch.relu(F.conv_transpose2d(h, K, b, 2)[:, :, :-1, :-1])
    return F.conv_transpose2d(h, K7, b7, 1, 1).reshape(len(x), -1), mu, logvar


def vae(case: Case, make: Callable[..., Any]) -> Run:
    settings, begun = case.settings, first(case).params
    network = convolutional if case.kind == "conv" else dense

    def loss(x: Tensor, eps: Tensor, *params: Tensor) -> Tensor:
        logits, mu, logvar = network(x, eps, params)
        return bound(x, logits, mu, logvar, settings.likelihood == "squared")

    cost = make(loss)

    def start() -> Any:
        params = [parameter(p) for p in leaves(begun)]
        if settings.optimiser == "rmsprop":
            return params, torch.optim.RMSprop(
                params, settings.learning_rate, alpha=0.9, eps=1e-7, foreach=True
            )
        return params, torch.optim.Adam(params, settings.learning_rate, fused=True)

    def given(state: Any, x: Array, noise: list[Array | Tensor]) -> Any:
        params, optimiser = state
        optimiser.zero_grad(set_to_none=True)
        cost(torch.from_numpy(x), torch.as_tensor(noise[0]).view(len(x), -1), *params).backward()
        optimiser.step()
        return state

    def step(state: Any, x: Array) -> Any:
        return given(state, x, [torch.randn(len(x), settings.codes)])

    return Run(start, step, lambda state: arrays(state[0]), given)


def evaluate(case: Case, make: Callable[..., Any]) -> Run:
    """The mean parts of the cost, a thousand images at a time as this project does it."""
    params = [tensor(p) for p in leaves(first(case).params)]

    def parts(x: Tensor, eps: Tensor) -> tuple[Tensor, Tensor]:
        logits, mu, logvar = dense(x, eps, params)
        nll = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        return nll, 0.5 * (mu * mu + logvar.exp() - 1 - logvar).sum()

    both = make(parts)

    def given(state: None, x: Array, noise: list[Any]) -> list[float]:
        with torch.no_grad():
            pairs = zip(torch.from_numpy(x).split(1000), noise, strict=True)
            sums = [both(part, torch.as_tensor(eps).view(len(part), -1)) for part, eps in pairs]
        return [float(sum(column)) / len(x) for column in zip(*sums, strict=True)]

    def step(state: None, x: Array) -> list[float]:
        noise = [torch.randn(1000, case.settings.codes) for _ in range(len(x) // 1000)]
        return given(state, x, noise)

    return Run(lambda: None, step, lambda costs: [np.array(cost) for cost in costs], given)


def network(x: Tensor, P: Sequence[Tensor], rate: float, masks: Iterator[Tensor] | None) -> Tensor:
    """A player of the GAN; dropout is drawn where no masks are given."""
    for W, b in zip(P[:-2:2], P[1:-2:2], strict=True):
        h = F.leaky_relu(affine(x, W, b), 0.2)
        x = F.dropout(h, rate) if masks is None else h * next(masks)
    return affine(x, P[-2], P[-1])


def losses(settings: Any) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    """The discriminator's and the generator's."""
    rates = settings.generator_dropout, settings.discriminator_dropout

    def loss_d(x: Tensor, z: Tensor, G: Any, D: Any, masks: Any = None) -> Tensor:
        with torch.no_grad():
            fake = torch.tanh(network(z, G, rates[0], masks))
        real = network(2 * x - 1, D, rates[1], masks)
        generated = network(fake, D, rates[1], masks)
        return (F.softplus(real) - settings.label * real + F.softplus(generated)).mean()

    def loss_g(z: Tensor, G: Any, D: Any, masks: Any = None) -> Tensor:
        fake = torch.tanh(network(z, G, rates[0], masks))
        return F.softplus(-network(fake, D, rates[1], masks)).mean()

    return loss_d, loss_g


def gan(case: Case, make: Callable[..., Any]) -> Run:
    settings, begun = case.settings, first(case).params
    loss_d, loss_g = losses(settings)
    costs = make(loss_d), make(loss_g)

    def start() -> Any:
        players = [[parameter(p) for p in leaves(player)] for player in begun[:2]]
        rate = settings.learning_rate
        return *players, *(torch.optim.Adam(player, rate, fused=True) for player in players)

    def update(loss: Tensor, optimiser: Any, player: Any) -> None:
        optimiser.zero_grad(set_to_none=True)
        loss.backward(inputs=player)
        optimiser.step()

    def given(state: Any, x: Array, noise: list[Any]) -> Any:
        """noise: z, then all masks, of the discriminator's step and then of the generator's."""
        G, D, adam_g, adam_d = state
        (z, *masks), (z2, *masks2) = (
            [torch.from_numpy(n) for n in leaves(tuple(part))] for part in (noise[:4], noise[4:])
        )
        update(loss_d(torch.from_numpy(x), z, G, D, iter(masks)), adam_d, D)
        update(loss_g(z2, G, D, iter(masks2)), adam_g, G)
        return state

    def step(state: Any, x: Array) -> Any:
        G, D, adam_g, adam_d = state
        z, z2 = (2 * torch.rand(len(x), settings.noise) - 1 for _ in range(2))
        update(costs[0](torch.from_numpy(x), z, G, D), adam_d, D)
        update(costs[1](z2, G, D), adam_g, G)
        return state

    return Run(start, step, lambda state: arrays(chain(*state[:2])), given)
