"""`python -m vae likelihood`: the bound, and the mean log p of images under a trained VAE."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import vae.train
from autograd_lite.ops import Array
from autograd_lite.threads import use_two_threads
from data.pixels import binarise, to_unit
from data.sets import HELP, split
from training.images import images_of_run
from training.progress import Line
from training.run import write_json
from training.settings import (
    Parser,
    SettingsError,
    add_settings,
    check_settings,
    require_file,
    setting,
)
from training.streams import stream
from training.trained import Trained, read
from vae.likelihood import grid_log_p, reach, sampled_log_p

WORDS = (
    "Prints the bound and the mean log p of images: summed over a grid of codes where they have one"
    " or two numbers, and by importance sampling, which is too low on average, by less with more"
    " --samples (vae/DERIVATION_LIKELIHOOD.md). +- is one standard error over the images. Costs are"
    " those of the training's likelihood; of squared error both leave the same constant out."
)
AT_A_TIME = 500  # images between two lines of progress
FEW = 10  # effective samples
WIDE = 2  # deviations of q(z|x): the sum over such cells is off by up to 0.015 nats an axis


@dataclass(frozen=True)
class Options:
    """What is measured, and how."""

    data: str = setting("", f"default: the run's; {HELP}", metavar="NAME|PATH")
    part: str = setting("test", "which images are scored", choices=("test", "validation"))
    images: int = setting(0, "number of them; 0: all", least=0)
    samples: int = setting(5000, "codes drawn for an image; 0: none", least=0)
    grid: int = setting(200, "points an axis of the grid; 0: none", least=0)
    seed: int = setting(0, "random seed, also of sampled pixels", least=0)

    def __post_init__(self) -> None:
        """SettingsError for a grid of one point."""
        if self.grid == 1:
            raise SettingsError("--grid is 1; expected at least 2 points, or 0 for no grid.")


def main(argv: Sequence[str]) -> None:
    """Prints what is found. SettingsError, RunError, DataError for what cannot be measured."""
    parser = Parser(prog="python -m vae likelihood", description=WORDS, allow_abbrev=False)
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of a trained run")
    parser.add_argument("--json", type=Path, metavar="FILE.json", help="write the numbers to it")
    add_settings(parser, Options)
    given = vars(parser.parse_args(argv))
    run, to = read(given.pop("run"), vae.train), given.pop("json")
    if to:
        require_file(to, ".json")
    options = check_settings(Options(**given))
    if not options.samples and (not options.grid or run.settings.codes > 2):
        raise SettingsError(
            f"--samples is 0; expected at least 1, or one or two codes and a --grid: {run.folder}"
            f" has {run.settings.codes}."
        )
    use_two_threads()
    x, words = images_of(run, options)
    print(f"{run.folder}: {words}", flush=True)
    found = measured(run, x, options)
    for name, values in found.items():
        if name == "effective samples":
            low, middle = np.quantile(values, (0.01, 0.5))
            few = "; so few say little: more --samples" if low < FEW else ""
            print(f"{'':8}effectively {middle:.0f} (median), {low:.1f} for the worst 1 %{few}")
        elif name == "cell":
            if coarse := (values > WIDE).mean():
                print(
                    f"{'':8}whose cells are too wide for {coarse:.0%} of the images: a finer --grid"
                )
        else:
            mean, error = mean_of(values)
            print(f"{name + ':':28}{mean:9.2f} +- {error:.2f} nats an image")
    if to:
        means = {name: mean_of(values) for name, values in found.items()}
        about = {"run": str(run.folder), "images": words, "options": asdict(options)}
        write_json(to, about | {"mean and error": means})


def images_of(run: Trained, options: Options) -> tuple[Array, str]:
    """The images (N, D) that are scored, with pixels as in training, and what they are."""
    settings = run.settings
    data = images_of_run(settings, options.data)
    if data.size != (settings.height, settings.width):
        found = "{} x {}".format(*data.size)
        expected = f"{settings.height} x {settings.width}"
        raise SettingsError(f"The images of {data.name} are {found}; expected {expected}.")
    chosen = data.test_images
    if options.part == "validation":
        chosen = split(data.train_images, settings.validation)[1]
    if not len(chosen):
        raise SettingsError(f"{run.folder} has no validation images; expected --part test.")
    x = to_unit(chosen[: options.images or None])
    x = binarise(stream(options.seed, "scored pixels"), x, settings.pixels)
    how = {"none": "grey", "threshold": "binarised at 0.5"}.get(
        settings.pixels, f"binarised once, seed {options.seed}"
    )
    return x, f"{len(x):,} {options.part} images of {data.name}, {how}"


def measured(run: Trained, x: Array, options: Options) -> dict[str, Array]:
    """For each image (N,) the bound, and log p by either way."""
    network, likelihood = vae.train.network(run.params, run.settings), run.settings.likelihood
    found: dict[str, list[Array]] = {}
    line = Line()
    for i in range(0, len(x), AT_A_TIME):
        rows = x[i : i + AT_A_TIME]
        if line.live:
            line.rewrite(f"{i:,} of {len(x):,} images done")
        if options.samples:
            sampled = sampled_log_p(rows, network, likelihood, options.samples, options.seed, i)
            found.setdefault("bound", []).append(sampled.bound)
            name = f"log p, {options.samples:,} samples"
            found.setdefault(name, []).append(sampled.log_p)
            found.setdefault("effective samples", []).append(sampled.effective)
        if options.grid and run.settings.codes <= 2:
            summed = grid_log_p(rows, network, likelihood, points=options.grid)
            found.setdefault(f"log p, grid of {options.grid} points", []).append(summed)
            mu, logvar = network.encode(rows)
            cell = 2 * reach(mu, logvar) / (options.grid - 1)
            found.setdefault("cell", []).append(cell * np.exp(-0.5 * logvar.min(axis=-1)))
    line.keep(f"all {len(x):,} images done")
    return {name: np.concatenate(parts) for name, parts in found.items()}


def mean_of(values: Array) -> tuple[float, float]:
    """The mean of values (N,), and its standard error."""
    return float(values.mean()), float(values.std() / len(values) ** 0.5)
