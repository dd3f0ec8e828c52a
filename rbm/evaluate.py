"""`python -m rbm likelihood`: log Z of a machine, and the mean log-likelihood of images."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.threads import use_two_threads
from data.pixels import binarise, to_unit
from data.sets import HELP, load, split
from rbm.exact import MOST
from rbm.gibbs import bernoulli
from rbm.inpaint import chain_mean
from rbm.likelihood import Annealing, Numbers, annealed, estimated, exact
from rbm.machine import Machine, add_machine, named_machine
from rbm.model import Params, base_biases
from training.images import images_of_run
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

WORDS = (
    "Prints log Z and the mean log p of images, exactly where a layer has at most 25 units, else by"
    " annealed chains: log p is then more likely too high than too low, and `conservative`, from"
    " chains run back from images, too low on average for what such chains draw"
    " (rbm/DERIVATION_LIKELIHOOD.md)."
    " `effectively` is the number of equal weights that would tell as much; +- is one standard"
    " error over the images. A stopped command goes on where it was: what is done is kept in"
    " out/annealed."
)
FEW = 10  # effective chains
KEPT = Path("out", "annealed")  # blocks of chains: a stopped command goes on from them


@dataclass(frozen=True)
class Options(Annealing):
    """What is measured, and by which chains."""

    data: str = setting("", f"default: the run's; {HELP}", metavar="NAME|PATH")
    part: str = setting("test", "which images are scored", choices=("test", "validation"))
    pixels: str = setting(
        "",
        "binarisation of grey pixels: at 0.5, or sampled once; default: as the run was trained,"
        " else sampled",
        choices=("", "threshold", "stochastic"),
        metavar="threshold|stochastic",
    )


class Scored(NamedTuple):
    """Images (N, D), 0 or 1, what they are, and biases with the means of the training images."""

    v: Array
    words: str
    base: Array


def main(argv: Sequence[str]) -> None:
    """Prints what is found. SettingsError, RunError, DataError for what cannot be measured."""
    parser = Parser(prog="python -m rbm likelihood", description=WORDS, allow_abbrev=False)
    add_machine(parser)
    parser.add_argument("--annealed", action="store_true", help="run chains even where Z is summed")
    parser.add_argument("--json", type=Path, metavar="FILE.json", help="write the numbers to it")
    add_settings(parser, Options)
    given = vars(parser.parse_args(argv))
    machine = named_machine(given.pop("run"), given.pop("params"))
    both, to = given.pop("annealed"), given.pop("json")
    if to:
        require_file(to, ".json")
    options = check_settings(Options(**given))
    use_two_threads()
    params, scored = machine.params, images_of(machine, options)
    what = f"{len(params.b)} pixels, {len(params.c)} hidden units; {scored.words}"
    print(f"{machine.name}: {what}", flush=True)
    found: dict[str, Any] = {"machine": machine.name, "images": what, "options": asdict(options)}
    if small := min(params.W.shape) <= MOST:
        found["exact"] = exact(params, scored.v)
        show("exact", found["exact"], options)
    if both or not small:
        made = annealed(params, scored.base, scored.v, options, kept(params, scored, options))
        found["annealed"] = estimated(params, scored.v, made["forward"], made["reverse"])
        show("annealed", found["annealed"], options)
    if to:
        write_json(to, found)


def images_of(machine: Machine, options: Options) -> Scored:
    """The images that are scored: none where neither a run nor --data names any."""
    settings = machine.settings
    choice = options.data or (settings.data if settings else "")
    if not choice:
        nothing = np.empty((0, len(machine.params.b)), np.float32)
        base = own_base(machine.params, options.seed)
        return Scored(nothing, "no images are scored (--data names some)", base)
    data = images_of_run(settings, options.data) if settings else load(choice)
    D = len(machine.params.b)
    if data.size[0] * data.size[1] != D:
        size = "{} x {}".format(*data.size)
        raise SettingsError(
            f"The images of {data.name} are {size}; expected {D} pixels, as {machine.name} has."
        )
    own = settings and not options.data  # the images that the run was trained on
    held_out = settings.validation if settings and own else len(data.train_images) // 10
    train, validation = split(data.train_images, held_out)
    if not len(chosen := data.test_images if options.part == "test" else validation):
        raise SettingsError(f"{machine.name} has no validation images; expected --part test.")
    mode = options.pixels or (settings.pixels if settings else "stochastic")
    mode = mode if mode in ("threshold", "stochastic") else "stochastic"
    v = binarise(stream(options.seed, "scored pixels"), to_unit(chosen), mode)
    how = "binarised at 0.5" if mode == "threshold" else f"sampled once, seed {options.seed}"
    words = f"{len(v):,} {options.part} images of {data.name}, {how}"
    return Scored(v, words, base_biases(to_unit(train)))


def own_base(params: Params, seed: int) -> Array:
    """For want of images: biases with the pixels' means in the machine's own chains. (D,)"""
    rng = stream(seed, "base")
    v = bernoulli(rng, np.full((100, len(params.b)), 0.5, params.b.dtype))
    return base_biases(chain_mean(rng, v, *params, 100, 100))


def kept(params: Params, scored: Scored, how: Annealing) -> Path:
    """The folder of the blocks that these chains leave."""
    digest = hashlib.sha256(repr(how).encode())
    for array in (*params, scored.base, scored.v):
        digest.update(f"{array.shape}".encode() + np.ascontiguousarray(array).data)
    folder = KEPT / digest.hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def show(kind: str, numbers: Numbers, options: Options) -> None:
    """Prints the numbers, and where the chains tell little, that they do."""
    line = f"{kind + ':':13}log Z {numbers['log Z']:.3f}"
    if kind == "annealed":
        low, high = numbers["interval"]
        many = numbers["effective size"]
        line += (
            f", 95 % interval {low:.3f} to {high:.3f} ({options.chains} chains of"
            f" {options.temperatures:,} temperatures, effectively {many:.0f})"
        )
        if many < FEW:
            line += "\n" + " " * 13 + "so few say little, of the interval too: more --temperatures"
    print(line)
    for name in ("log p", "conservative log p"):
        if name in numbers:
            mean, error = numbers[name], numbers[f"{name} error"]
            print(f"{'':13}mean {name} {mean:.2f} +- {error:.2f} nats an image")
