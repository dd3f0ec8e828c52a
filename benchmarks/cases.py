"""What is timed: a step of each model, sampling, inpainting, evaluation, as this project does it.

A case names its kind, which says what a step is, and holds the settings of a training. A `Run` is a
case as somebody does it: this project here, others in benchmarks/peers/.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.tree import leaves
from data.digits import drawn_digits
from data.pixels import binarise, remove_pixels, to_unit
from gan import train as gan
from rbm import train as rbm
from rbm.ais import ais
from rbm.exact import log_z
from rbm.gibbs import gibbs
from rbm.inpaint import inpaint
from rbm.likelihood import schedule
from rbm.pseudo import log_pseudo_likelihood
from training.streams import stream
from vae import train as vae

MODELS: dict[str, Any] = {"rbm": rbm, "vae": vae, "conv": vae, "gan": gan}
SWEEPS, BURN_IN, AVERAGE, BETAS = 100, 20, 20, 101


class Case(NamedTuple):
    title: str
    kind: str
    settings: Any
    rows: int  # images of a batch, or chains
    others: bool = True  # whether peers do it, too


class Run(NamedTuple):
    """How somebody does a case. A state is whatever they carry from step to step."""

    start: Callable[[], Any]
    step: Callable[[Any, Any], Any]  # state, batch -> state
    result: Callable[[Any], Sequence[Array]]  # its arrays, in the order and form of this project's
    # The step with noise that was drawn before, where its result then is one value.
    given: Callable[[Any, Any, list[Any]], Any] | None = None
    wait: Callable[[Any], object] = lambda state: None  # until what was begun is done


class State(NamedTuple):
    """Of a case that trains nothing."""

    made: Any
    step: int


def machine(hidden: int, k: int = 1, **more: Any) -> rbm.Settings:
    """A machine with weights as large as training makes them: they decide what chains do."""
    return rbm.Settings(hidden=hidden, gibbs_steps=k, init="truncated", **more)


RMSPROP = vae.Settings(network="conv", likelihood="squared", optimiser="rmsprop", batch_size=32)
CASES = {
    "cd-30-20": Case("CD-30, 20 hidden units, batch 64", "rbm", machine(20, 30), 64),
    "cd-30-100": Case("CD-30, 100 hidden units, batch 64", "rbm", machine(100, 30), 64),
    "cd-30-500": Case("CD-30, 500 hidden units, batch 64", "rbm", machine(500, 30), 64),
    "cd-1-500": Case("CD-1, 500 hidden units, batch 64", "rbm", machine(500), 64),
    "pcd-1-500": Case(
        "PCD-1, 500 hidden units, batch 64", "rbm", machine(500, chains="persistent"), 64
    ),
    "gibbs": Case(f"1,000 Gibbs chains, {SWEEPS} sweeps, 500 units", "gibbs", machine(500), 1000),
    "inpaint": Case(
        f"inpainting 100 images, {BURN_IN + AVERAGE} sweeps, 500 units",
        "inpaint",
        machine(500),
        100,
    ),
    "vae-2": Case("VAE 784-256-2, batch 128, Adam", "vae", vae.Settings(codes=2), 128),
    "vae-16": Case("VAE 784-256-16, batch 128, Adam", "vae", vae.Settings(codes=16), 128),
    "conv": Case("convolutional VAE, batch 32, RMSprop", "conv", RMSPROP, 32),
    "gan": Case("GAN, both players, batch 64, Adam", "gan", gan.Settings(), 64),
    "evaluate": Case("VAE 784-256-2, cost of 5,000 images", "evaluate", vae.Settings(), 5000),
    "pseudo": Case("exact pseudo-likelihood, 100 images", "pseudo", machine(500), 100, False),
    "ais": Case(
        f"AIS, 100 chains, {BETAS:,} temperatures, 500 units", "ais", machine(500), 100, False
    ),
    "log-z": Case("exact log Z, 784 x 20", "log-z", machine(20), 1, False),
}


@cache
def batches(case: Case) -> tuple[Any, ...]:
    """Eight batches of drawn digits, rows (B, 784) in [0, 1]; one where a step takes long.

    For sampling they are black and white; for inpainting half of the pixels are missing, and which
    are left stands beside them.
    """
    count = 8 if case.kind in MODELS else 1
    images = to_unit(drawn_digits(0, train=min(count * case.rows, 1000), test=1)[0])
    x = np.resize(images, (count * case.rows, 784))
    if case.kind in MODELS or case.kind == "evaluate":
        return tuple(x[i : i + case.rows] for i in range(0, len(x), case.rows))
    x = binarise(stream(0, "pixels"), x, "threshold")
    return (remove_pixels(stream(0, "erase"), x, 0.5, "all") if case.kind == "inpaint" else x,)


def first(case: Case) -> Any:
    model = MODELS.get(case.kind, vae if case.kind == "evaluate" else rbm)
    return model.start(case.settings, np.zeros((1, 784), np.float32))


def ours(case: Case) -> Run:
    """The case as this project does it."""
    settings, state, model = case.settings, first(case), MODELS.get(case.kind)
    params = state.params
    if model:

        def result(state: Any) -> list[Array]:
            return list(leaves(state.params[:2] if case.kind == "gan" else state.params))

        return Run(lambda: state, lambda state, x: model.step(state, x, settings), result)
    if case.kind == "evaluate":
        return Run(lambda: None, lambda _, x: vae.evaluate(params, x, settings), list)

    def sample(state: State, x: Any) -> State:
        rng, (W, b, c) = stream(0, "bench", state.step), params
        if case.kind == "gibbs":
            return State(gibbs(rng, x, W, b, c, SWEEPS), state.step + 1)
        if case.kind == "inpaint":
            return State(inpaint(rng, x[0], x[1], W, b, c, BURN_IN, AVERAGE), state.step + 1)
        if case.kind == "ais":
            made = ais(rng, case.rows, schedule(BETAS), b, *params)[1]
        elif case.kind == "log-z":
            made = log_z(*(p.astype(np.float64) for p in params))
        else:
            made = log_pseudo_likelihood(x, *params)
        return State(made, state.step + 1)

    return Run(lambda: State(None, 0), sample, lambda state: [state.made.mean(axis=0)])


@contextmanager
def recorded(module: Any, *names: str) -> Iterator[list[Any]]:
    """All that these functions of a module return, in order."""
    seen: list[Any] = []

    def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            seen.append(function(*args, **options))
            return seen[-1]

        return call

    there = (name for name in names if hasattr(module, name))
    instead: dict[str, Any] = {name: wrapped(getattr(module, name)) for name in there}
    with mock.patch.multiple(module, **instead):
        yield seen
