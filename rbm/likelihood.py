"""The log-likelihood of images: exact where a layer is small, else between two estimates.

Chains run in blocks. A block has a random stream of its own and is kept once it is done, so neither
two threads nor a stop in between change a number. Legend as in rbm/ais.py; v (N, D) binary images.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.threads import side_by_side
from data.idx import DataError
from data.npz import read_arrays
from rbm.ais import ais, reverse_ais
from rbm.estimates import bootstrap, effective_size, log_mean_exp, standard_error
from rbm.exact import log_z
from rbm.model import Params, free_energy
from training.progress import Line
from training.run import write_arrays
from training.settings import setting
from training.streams import stream

BLOCK = 50  # chains

Numbers = dict[str, Any]


@dataclass(frozen=True)
class Annealing:
    """Chains from independent pixels, and chains back, one from each of some of the images."""

    chains: int = setting(100, "annealed chains", least=2)
    images: int = setting(500, "images from which a chain is run back; 0: none", least=0)
    temperatures: int = setting(10_000, "inverse temperatures of each chain", least=2)
    seed: int = setting(0, "random seed", least=0)


def schedule(temperatures: int) -> Array:
    """Inverse temperatures from 0 to 1: a tenth of the steps below 0.5, half of them above 0.9."""
    return np.interp(np.linspace(0, 1, temperatures), (0, 0.1, 0.5, 1), (0, 0.5, 0.9, 1))


def annealed(
    params: Params, base: Array, v: Array, how: Annealing, keep: Path | None = None
) -> dict[str, Array]:
    """The chains' log-weights, `forward` (M,) and `reverse` (R,) if any, and the `ends` (M, D) of
    the former. With `keep`, a folder, blocks that are there are read, and the others are written.
    """
    betas, rng = schedule(how.temperatures), stream(how.seed, "run back")
    starts = v[rng.permutation(len(v))[: how.images]]  # the first ones may be of few writers

    def block(kind: str, first: int) -> dict[str, Array]:
        path = keep / f"{kind}-{first}.npz" if keep else None
        if path and path.exists():
            with suppress(DataError):  # a damaged file is made again
                return read_arrays(path)
        rng = stream(how.seed, f"ais {kind}", first)
        if kind == "forward":
            v_end, log_w = ais(rng, min(BLOCK, how.chains - first), betas, base, *params)
            made = {"forward": log_w, "ends": v_end}
        else:
            start = starts[first : first + BLOCK]
            made = {"reverse": reverse_ais(rng, start, betas, base, *params)}
        if path:
            write_arrays(path, made)
        return made

    counts = {"forward": how.chains, "reverse": len(starts)}
    blocks = [(kind, i) for kind, n in counts.items() for i in range(0, n, BLOCK)]
    line, done = Line(), list[dict[str, Array]]()
    for i in range(0, len(blocks), 2):
        if line.live:
            line.rewrite(f"blocks of {BLOCK} annealed chains: {i} of {len(blocks)} done")
        try:
            done += side_by_side(block, *zip(*blocks[i : i + 2], strict=True))
        except KeyboardInterrupt:
            line.keep("Stopped; the same command goes on from here.", always=keep is not None)
            raise
    line.keep(f"blocks of {BLOCK} annealed chains: all {len(blocks)} done")
    joined = {"reverse": np.empty(0, params.b.dtype)}  # where no chain is run back
    for name in dict.fromkeys(name for made in done for name in made):
        joined[name] = np.concatenate([made[name] for made in done if name in made])
    return joined


def exact(params: Params, v: Array) -> Numbers:
    """log Z summed exactly, and the mean log p(v) of images (N, D)."""
    log_Z = float(log_z(*(np.asarray(p, np.float64) for p in params)))
    return {"log Z": log_Z} | _mean_log_p(params, v, log_Z)


def estimated(params: Params, v: Array, forward: Array, reverse: Array, seed: int = 0) -> Numbers:
    """log Z from the log-weights of `annealed`, with its 95 % interval, standard error and the
    effective number of chains; the mean log p(v); and from chains run back the conservative one.
    """
    forward, reverse = forward.astype(np.float64), reverse.astype(np.float64)
    low, high = bootstrap(stream(seed, "bootstrap"), forward)
    log_Z = float(log_mean_exp(forward))
    found = {
        "log Z": log_Z,
        "interval": [float(low), float(high)],
        "log Z error": float(standard_error(forward)),
        "effective size": float(effective_size(forward)),
        **_mean_log_p(params, v, log_Z),
    }
    if len(reverse):
        # log_w is much the same for all images, log f is not: few of them tell the mean of log_w.
        back, error = float(reverse.mean()), float(reverse.std()) / len(reverse) ** 0.5
        below = _mean_log_p(params, v, back)
        below["log p error"] = float(np.hypot(below["log p error"], error))
        found |= {"log Z from above": back, "log Z from above error": error}
        found |= {f"conservative {name}": value for name, value in below.items()}
    return found


def _mean_log_p(params: Params, v: Array, log_Z: float) -> Numbers:
    """Nats an image, with the standard error over the images; nothing without images."""
    if not len(v):
        return {}
    log_p = -free_energy(v, *params).astype(np.float64) - log_Z  # (rbm.3)
    return {"log p": float(log_p.mean()), "log p error": float(log_p.std() / len(v) ** 0.5)}
