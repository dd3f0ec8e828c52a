"""Training by contrastive divergence: state, step, and what is measured."""

import math
from typing import NamedTuple

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.optim import momentum_step, zeros_like
from autograd_lite.threads import halves, side_by_side
from data.pixels import binarise, require_unit
from rbm.gibbs import bernoulli, gibbs
from rbm.gradient import centred_gradient, nll_gradient
from rbm.model import Params, free_energy, init, init_truncated
from rbm.pseudo import free_energy_gap, log_pseudo_likelihood_estimate
from rbm.settings import Settings as Settings
from training.model import require_decay
from training.settings import SettingsError
from training.streams import stream

UNSOUND = "its pseudo-likelihood was below that of the pixels' means alone"
INITS = {"means": init, "truncated": init_truncated}


class State(NamedTuple):
    """All that a run needs to go on."""

    params: Params
    velocity: Params
    chains: Array  # (particles or batch_size, D) where they persist, else (0, D)
    step: int


def start(settings: Settings, images: Array) -> State:
    """The state before the first step; images (N, D) are the grey training images.

    SettingsError where the learning rate would be 0 before the last epoch, or where a number of
    chains is given that do not persist.
    """
    if settings.particles and settings.chains == "data":
        raise SettingsError("--particles is for --chains persistent: CD-k has a chain an image.")
    require_decay(settings, images)
    pixels = binarise(stream(settings.seed, "pixels"), images, settings.pixels)
    params = INITS[settings.init](stream(settings.seed, "weights"), pixels, settings.hidden)
    rows = settings.particles or settings.batch_size
    rows = rows if settings.chains == "persistent" else 0
    fair = np.full((rows, images.shape[1]), 0.5, images.dtype)
    chains = bernoulli(stream(settings.seed, "chains"), fair)
    return State(params, zeros_like(params), chains, 0)


def halved(settings: Settings) -> bool:
    """Whether a step runs its chains in two halves, and the gradient's two phases, side by side.

    With fewer sweeps of fewer chains that gains nothing over products that take both cores.
    """
    return settings.gibbs_steps * (settings.particles or settings.batch_size) >= 500


def step(state: State, x: Array, settings: Settings) -> State:
    """The state after one step of CD-k on a batch x (B, D) of grey images."""
    seed = settings.seed
    v = binarise(stream(seed, "pixels", state.step), x, settings.pixels)
    persist = settings.chains == "persistent"
    chains = state.chains if persist else v
    parts = [slice(None)]
    keys: list[tuple[int, ...]] = [(state.step,)]
    if halved(settings):  # each half has a stream of its own: no matter which one draws first
        parts = halves(len(chains))
        keys = [(state.step, half) for half in range(len(parts))]

    def sweeps(rows: slice, key: tuple[int, ...]) -> Array:
        rng = stream(seed, "gibbs", *key)
        return gibbs(rng, chains[rows], *state.params, settings.gibbs_steps)

    v_model = np.concatenate(side_by_side(sweeps, parts, keys))
    gradient = centred_gradient if settings.gradient == "centred" else nll_gradient
    dW, db, dc = gradient(v, v_model, *state.params)
    if settings.weight_decay:
        dW = dW + settings.weight_decay * state.params.W  # (rbm.22)
    grads = Params(dW, db, dc)
    params, velocity = momentum_step(
        state.params, state.velocity, grads, *rate_and_momentum(state.step, settings)
    )
    return State(params, velocity, v_model if persist else state.chains, state.step + 1)


def rate_and_momentum(step: int, settings: Settings) -> tuple[float, float]:
    """The learning rate and the momentum of a step, counted from 0."""
    rate, momentum = settings.learning_rate, settings.momentum
    if settings.halving:
        rate /= 1 + step / settings.halving  # (rbm.21)
    if settings.decay:
        rate *= max(0.0, 1 - step / settings.decay)  # (rbm.23)
    if settings.momentum_ramp:
        momentum *= min(1.0, step / settings.momentum_ramp)
    return rate, momentum


def measure(
    params: Params, train: Array, validation: Array, settings: Settings
) -> dict[str, float]:
    """Log-pseudo-likelihood and mean free energy, on the first 2,000 images of each part.

    The free-energy gap between them needs no Z; where it grows, the machine is overfitting.
    ValueError for pixels outside [0, 1].
    """
    row, parts = {}, []
    for name, x in (("train", train[:2000]), ("validation", validation[:2000])):
        if len(x):
            require_unit(x)
            v = binarise(stream(settings.seed, "measure"), x, settings.pixels)
            parts.append(v)
            rng = stream(settings.seed, "measure", 1)
            draws = [log_pseudo_likelihood_estimate(rng, v, *params).mean() for _ in range(10)]
            row[f"{name}_pseudo [nats/image]"] = float(np.mean(draws))
            row[f"{name}_free_energy [nats/image]"] = float(free_energy(v, *params).mean())
    if len(parts) == 2:
        row["free_energy_gap [nats/image]"] = float(free_energy_gap(parts[0], parts[1], *params))
    return row


def shortfall(row: dict[str, float], train: Array, settings: Settings) -> float:
    """How far the pseudo-likelihood is below minus the sum of the pixels' entropies, which a
    machine without weights reaches; as a fraction of D log 2, which fair coins cost.
    """
    v = binarise(stream(settings.seed, "measure"), train[:2000], settings.pixels)
    p = v.mean(axis=0, dtype=np.float64).clip(1e-6, 1 - 1e-6)
    entropy = -float((p * np.log(p) + (1 - p) * np.log1p(-p)).sum())
    return (-row["train_pseudo [nats/image]"] - entropy) / (len(p) * math.log(2))
