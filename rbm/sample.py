"""`python -m rbm sample`: images of a machine, as a picture and as .npz; `export`: its parameters,
for other programs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from matplotlib.image import imsave

from autograd_lite.ops import Array, sigmoid
from autograd_lite.threads import side_by_side, use_two_threads
from rbm.ais import between
from rbm.evaluate import own_base
from rbm.gibbs import bernoulli, gibbs
from rbm.machine import add_machine, named_machine
from rbm.model import Params, prob_h, prob_v
from rbm.tempering import tempered
from training.progress import Line
from training.run import replacing, write_arrays
from training.settings import (
    Parser,
    SettingsError,
    add_settings,
    check_settings,
    require_file,
    setting,
)
from training.streams import stream

SAMPLES = Path("samples.npz")
BLOCK = 10  # chains, with a random stream of their own
CLIMB = 20  # sweeps at each temperature before chains trade places


@dataclass(frozen=True)
class Options:
    """How many images, and by which chains."""

    count: int = setting(100, "number of images, each the end of a chain of its own", least=1)
    sweeps: int = setting(1000, "Gibbs sweeps of each chain", least=1)
    temperatures: int = setting(
        20, "chains that trade places, from independent pixels on; 1: one alone", least=1
    )
    height: int = setting(
        0, "rows of pixels; 0: the run's, of --params the nearest to a square", least=0
    )
    seed: int = setting(0, "random seed", least=0)


def images(
    rng: np.random.Generator,
    params: Params,
    base: Array,
    count: int,
    sweeps: int,
    temperatures: int,
) -> Array:
    """P(v = 1 | h) at the ends of chains, (count, D).

    Each is the last of so many tempered chains, whose machines begin at independent pixels with the
    biases base (D,); of one temperature, it is a chain of the machine alone, from coin flips.
    """
    W, b, c = params
    if temperatures == 1:
        flips = bernoulli(rng, np.full((count, len(b)), 0.5, b.dtype))
        v = gibbs(rng, flips, W, b, c, sweeps)
    else:
        machines = ladder(params, base, temperatures)
        v = tempered(rng, climbed(rng, machines, count), machines, sweeps)[-1]
    return prob_v(bernoulli(rng, prob_h(v, W, c)), W, b)


def ladder(params: Params, base: Array, temperatures: int) -> list[Params]:
    """Machines from independent pixels to this one, closer to one another towards it."""
    betas = 1 - np.linspace(1, 0, temperatures) ** 1.5
    return [between(beta, base, *params) for beta in betas.tolist()]


def climbed(rng: np.random.Generator, machines: Sequence[Params], count: int) -> Array:
    """States of all machines (R, count, D), from the first, of independent pixels, on: each goes on
    from the state of the one before. From coin flips tempered chains take many times as long.
    """
    states = [bernoulli(rng, np.tile(sigmoid(machines[0].b), (count, 1)))]
    for machine in machines[1:]:
        states.append(gibbs(rng, states[-1], *machine, CLIMB))
    return np.stack(states)


def main(argv: Sequence[str]) -> None:
    """Draws images and writes them. SettingsError, RunError or DataError where it cannot."""
    parser = Parser(prog="python -m rbm sample", allow_abbrev=False)
    add_machine(parser)
    parser.add_argument(
        "--out",
        type=Path,
        default=SAMPLES,
        metavar="FILE.npz",
        help=f"where P(v = 1 | h) goes, and a picture of it beside it (default: {SAMPLES})",
    )
    add_settings(parser, Options)
    given = vars(parser.parse_args(argv))
    machine = named_machine(given.pop("run"), given.pop("params"))
    require_file(path := given.pop("out"), ".npz")
    options = check_settings(Options(**given))
    if options.height and len(machine.params.b) % options.height:
        raise SettingsError(f"--height is {options.height}; expected a divisor of the pixels.")
    use_two_threads()
    base = own_base(machine.params, options.seed)
    line = Line()

    def block(number: int) -> Array:
        if line.live:
            line.rewrite(f"image {number * BLOCK + 1} of {options.count} and its neighbours")
        rng = stream(options.seed, "samples", number)
        count = min(BLOCK, options.count - number * BLOCK)
        return images(rng, machine.params, base, count, options.sweeps, options.temperatures)

    x = np.concatenate(side_by_side(block, range(-(-options.count // BLOCK))))
    line.keep(f"{len(x)} images drawn")
    tiles = x.reshape(len(x), options.height or machine.size[0], -1)
    write_arrays(path, {"images": tiles})
    with replacing(path.with_suffix(".png")) as file:
        imsave(cast(BinaryIO, file), mosaic(tiles), cmap="gray_r", vmin=0, vmax=1, format="png")
    print(f"{path} and {path.with_suffix('.png').name}: {len(x)} images of {machine.name}")


def mosaic(tiles: Array) -> Array:
    """Images (N, H, W) in rows, as nearly in a square as may be, with a line of 0 between them."""
    columns = math.ceil(len(tiles) ** 0.5)
    rows = -(-len(tiles) // columns)
    padded = np.pad(tiles, ((0, rows * columns - len(tiles)), (0, 1), (0, 1)))
    _, height, width = padded.shape
    cells = padded.reshape(rows, columns, height, width).swapaxes(1, 2)
    return cells.reshape(rows * height, columns * width)


def export(argv: Sequence[str]) -> None:
    """Writes W, b and c of a run for other programs, and for --params."""
    parser = Parser(prog="python -m rbm export", allow_abbrev=False)
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of a trained run")
    parser.add_argument("out", type=Path, metavar="FILE.npz", help="W (D, H), b (D,), c (H,)")
    given = parser.parse_args(argv)
    require_file(given.out, ".npz")
    params = named_machine(given.run, None).params
    write_arrays(given.out, params._asdict())
    print(f"{given.out}: W {params.W.shape}, b {params.b.shape} and c {params.c.shape}")
