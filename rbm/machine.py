"""Which machine a command is about: a run's, or anybody's, from an .npz of W, b and c."""

import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data.idx import DataError
from data.npz import read_arrays
from rbm import train
from rbm.model import Params
from training.settings import Parser
from training.trained import read


class Machine(NamedTuple):
    """The parameters in float32, and what the run's settings say of its images."""

    name: str
    params: Params
    settings: train.Settings | None  # None where the machine is no run of this project

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of its images: of a stranger's, as nearly square as may be."""
        if self.settings:
            return self.settings.height, self.settings.width
        D = len(self.params.b)
        height = max(n for n in range(1, math.isqrt(D) + 1) if D % n == 0)
        return height, D // height


def add_machine(parser: Parser) -> None:
    """The two options that name a machine."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("run", nargs="?", type=Path, metavar="RUN", help="folder of a trained run")
    which.add_argument(
        "--params",
        type=Path,
        metavar="FILE.npz",
        help="a machine from anywhere: W (D, H), visible biases b (D,), hidden biases c (H,)",
    )


def named_machine(run: Path | None, params: Path | None) -> Machine:
    """The machine of a run's folder, or of a file. RunError or DataError without one."""
    if params is not None:
        return Machine(str(params), read_params(params), None)
    assert run is not None
    found = read(run, train)
    return Machine(str(run), found.params, found.settings)


def read_params(path: Path) -> Params:
    """W, b and c of an .npz file, in float32. DataError where they are no machine's."""
    arrays: dict[str, Any] = read_arrays(path, Params._fields)
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf" or not np.isfinite(array).all():
            raise DataError(f"{name} of {path} holds other than finite numbers.")
        with np.errstate(over="ignore"):
            arrays[name] = array.astype(np.float32)
        if not np.isfinite(arrays[name]).all():
            raise DataError(f"{name} of {path} holds numbers too large for float32.")
    W, b, c = (arrays[name] for name in Params._fields)
    b, c = b.reshape(-1), c.reshape(-1)  # (1, D) is a row of other programs
    if W.shape != (len(b), len(c)) or 0 in W.shape:
        raise DataError(
            f"{path} holds W {W.shape}, b {b.shape} and c {c.shape}; expected W (D, H), b (D,) and"
            " c (H,) for D pixels and H hidden units."
        )
    return Params(W, b, c)
