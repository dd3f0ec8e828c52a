"""Whether annealed importance sampling (AIS) says the truth where the exact log Z is known: on many
small machines, and on a trained one with more and more temperatures.
"""

from pathlib import Path
from typing import Any

import numpy as np

import rbm.train
from autograd_lite.ops import Array, softplus
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers
from experiments.rbm_likelihoods import scored
from experiments.rbm_trainings import HIDDEN, training
from experiments.tables import markdown, percent, table, with_spread
from rbm.ais import ais, reverse_ais
from rbm.estimates import bootstrap, log_mean_exp
from rbm.exact import log_z
from rbm.gibbs import bernoulli
from rbm.likelihood import schedule
from rbm.model import Params, prob_v
from training.streams import stream
from training.trained import read

MACHINES, CHAINS = 200, 100
FEW = (10, 100, 1000)  # temperatures on the small machines
TEMPERATURES = (10, 30, 100, 300, 1000, 3000, 10_000)  # on the trained one
AT_A_TIME = 4096  # hidden states
TRAINED = training("preset best", min(HIDDEN))


def small_machine(seed: int) -> Params:
    """5 to 20 pixels, 3 to 10 hidden units, normal weights of standard deviation 0.3 to 1.5."""
    rng = stream(seed, "small machine")
    D, H, scale = int(rng.integers(5, 21)), int(rng.integers(3, 11)), rng.uniform(0.3, 1.5)
    return Params(*(scale * rng.standard_normal(size) for size in ((D, H), D, H)))


def draws(rng: np.random.Generator, count: int, W: Array, b: Array, c: Array) -> Array:
    """Exact draws of a machine of few hidden units, all of whose states are weighed: (count, D)"""
    H = len(c)
    states = (np.arange(2**H)[:, None] >> np.arange(H) & 1).astype(W.dtype)
    parts = np.split(states, range(AT_A_TIME, len(states), AT_A_TIME))
    log_w = np.concatenate([h @ c + softplus(h @ W.T + b).sum(axis=1) for h in parts])
    total = np.exp(log_w - log_w.max()).cumsum(dtype=np.float64)
    h = states[np.searchsorted(total, rng.random(count) * total[-1], side="right")]
    return bernoulli(rng, prob_v(h, W, b))


def errors(seed: int, temperatures: int) -> dict[str, float]:
    """Estimates of log Z less the exact one, on one small machine; chains begin at coin flips."""
    params, rng = small_machine(seed), stream(seed, "small chains", temperatures)
    base, betas = np.zeros_like(params.b), schedule(temperatures)
    exact = float(log_z(*params))
    _, log_w = ais(rng, CHAINS, betas, base, *params)
    low, high = bootstrap(rng, log_w)
    back = reverse_ais(rng, draws(rng, CHAINS, *params), betas, base, *params)
    above = float(back.mean()) - exact
    return {
        "covered": float(low <= exact <= high),
        "forward": float(log_mean_exp(log_w)) - exact,
        "mean of log w": float(log_w.mean()) - exact,
        "back": above,
        "back is above": float(above > 0),
    }


def on_small_machines(temperatures: int) -> dict[str, float]:
    """Means over all of them."""
    rows = [errors(seed, temperatures) for seed in range(MACHINES)]
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return {"temperatures": temperatures, **means}


def bracket(folder: Path, start: str) -> list[dict[str, float]]:
    """log Z of the trained machine less the exact one by more and more temperatures: by chains
    from independent pixels, or by chains back from "test images" or "exact draws".
    """
    run = read(folder, rbm.train)
    params, (test, _), rng = run.params, scored(run), stream(0, f"bracket {start}")
    exact = float(log_z(*(np.asarray(p, np.float64) for p in params)))
    v = test.v[:CHAINS] if start == "test images" else draws(rng, CHAINS, *params)
    rows = []
    for temperatures in TEMPERATURES:
        betas = schedule(temperatures)
        if start == "independent pixels":
            _, log_w = ais(rng, CHAINS, betas, test.base, *params)
        else:
            log_w = reverse_ais(rng, v, betas, test.base, *params)
        sign = -1 if start == "exact draws" else 1  # of 1 / w the mean has the expectation 1 / Z
        log_w = sign * log_w.astype(np.float64)
        of_mean, of_logs = float(log_mean_exp(log_w)), float(log_w.mean())
        ends = sorted(sign * float(end) - exact for end in bootstrap(rng, log_w))
        rows.append(
            {
                "temperatures": temperatures,
                "log of the mean": sign * of_mean - exact,
                "interval": ends,
                "mean of the logs": sign * of_logs - exact,
                "error": float(log_w.std()) / CHAINS**0.5,
            }
        )
    return rows


STARTS = ("independent pixels", "exact draws", "test images")


def measure() -> Numbers:
    file = TRAINED.folder / "checkpoint.npz"
    parts = [Part(bracket, (TRAINED.folder, start), (file,)) for start in STARTS]
    small = [Part(on_small_machines, (temperatures,)) for temperatures in reversed(FEW)]
    found = compute(parts + small)
    return {
        "trained": dict(zip(STARTS, found[: len(STARTS)], strict=True)),
        "small": found[: len(STARTS) - 1 : -1],
    }


def small(numbers: Numbers) -> str:
    columns: dict[str, Any] = {
        "temperatures": lambda row: f"{row['temperatures']:,}",
        "95 % intervals that cover log Z": lambda row: percent(row["covered"], 1),
        "AIS: log of the mean weight": lambda row: f"{row['forward']:+.4f}",
        "mean of the log-weights": lambda row: f"{row['mean of log w']:+.4f}",
        "chains back from exact draws, mean of log w": lambda row: f"{row['back']:+.4f}",
        "machines on which the latter is above log Z": lambda row: percent(row["back is above"], 1),
    }
    return table(numbers["small"], columns)


def trained(numbers: Numbers) -> str:
    """Estimates of log Z less the exact one."""
    forward, exact, test = (numbers["trained"][start] for start in STARTS)

    def cell(row: Any) -> str:
        low, high = row["interval"]
        return f"{row['log of the mean']:+.3f} ({low:+.3f} to {high:+.3f})"

    rows = [
        [
            f"{a['temperatures']:,}",
            cell(a),
            f"{a['mean of the logs']:+.3f}",
            cell(b),
            with_spread(c["mean of the logs"], c["error"], 3),
        ]
        for a, b, c in zip(forward, exact, test, strict=True)
    ]
    header = [
        "temperatures",
        "AIS: log of the mean weight",
        "mean of the log-weights",
        "back from exact draws: minus log of the mean of 1 / w",
        "back from test images: mean of log w",
    ]
    return markdown(header, rows)


EXPERIMENT = Experiment(
    question="Is the log Z of annealed importance sampling the exact one, where that is known?",
    minutes=12,
    trainings=(TRAINED,),
    protocol="estimates less the exact log Z, in nats; small machines: 5 to 20 pixels, 3 to 10"
    " hidden units, normal weights and biases of standard deviation 0.3 to 1.5, seeds 0 to"
    f" {MACHINES - 1}, means over all of them; AIS from coin flips, {CHAINS} chains and as many"
    " back; trained machine: preset best, 20 hidden units, AIS from the training images' pixel"
    f" means, {CHAINS} chains, and back from as many test images (which choose nothing) and exact"
    " draws; 95 % bootstrap intervals in brackets, standard error after &plusmn;",
    tables={
        f"AIS on {MACHINES} small machines: mean errors": small,
        "AIS on a trained machine: errors by number of temperatures": trained,
    },
)
