"""Figures of missing pixels: damaged test images, and what RBMs put in their place.

Shown is the mean of P(v = 1 | h) over the last sweeps; or, as in the documents, binary states. All
chains start at the damaged image, as the documents' do, and make as many sweeps as theirs, so only
the clamping differs.
"""

from collections.abc import Sequence
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.pixels import remove_pixels
from experiments.gibbs_chains import CHAINS
from experiments.inpainting import CD30_ON, HIDDEN, machine
from experiments.inpainting_methods import FEW_UNITS, Machine, in_float64, machine_after
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.gibbs_chains import PIXELS, chains, mosaics
from figures.images import Floats, as_trained, mosaic, one_of_each, paper, paste, pitch
from figures.style import new_figure, write
from rbm.exact import conditional
from rbm.inpaint import chain_mean
from training.streams import stream

Bools = NDArray[np.bool_]
Of = Literal["all", "ink"]

FRACTIONS = (0.2, 0.5, 0.8)  # of the pixels that are missing
LAST = 100  # sweeps, of which the mean is shown
LEVELS = 32  # of grey: with all 255 the file is twice as large, and nobody sees them


class Document(NamedTuple):
    """What a source document does: how many sweeps, and after how many epochs of training."""

    sweeps: int
    epochs: int
    missing: str


DOCUMENTS = {"all": Document(5000, 3, "all pixels"), "ink": Document(200, 30, "the ink")}
CLAMPED = {"exact": "all hidden states summed", "clamped": "given pixels are held fixed"}
UNCLAMPED = {"unclamped": "nothing is held fixed"}
NOTES = {
    "all": {"damaged": "missing is light blue", **CLAMPED, **UNCLAMPED},
    "ink": {**CLAMPED, "with rate": "clamped, with the known erasure rate", **UNCLAMPED},
}


def damage(v: Floats, of: Of) -> tuple[Floats, Bools]:
    """Images with each of FRACTIONS missing, and which pixels the RBM is given: (3 * N, D) both.

    With of="all" it is given the mask. With of="ink" it is given only the damaged image: whatever
    is blank there may be missing, so only what is left of the ink is known.
    """
    # The stream starts anew: the masks are nested, and the same for all RBMs.
    both = [remove_pixels(stream(0, "figure missing"), v, part, of) for part in FRACTIONS]
    damaged = np.concatenate([image for image, _ in both])
    return damaged, np.concatenate([known for _, known in both]) if of == "all" else damaged != 0


def restorations(machine: Machine, damaged: Floats, known: Bools, of: Of) -> dict[str, Floats]:
    """P(v = 1) by the name of the method; exactly where all hidden states can be summed."""
    (W, b, c), found = machine.params, {}

    def chain(b: Floats, known: Bools | None) -> Floats:
        burn_in = DOCUMENTS[of].sweeps - LAST
        rng = stream(0, "figure restored")
        probs = chain_mean(rng, damaged, W, b, c, burn_in, LAST, known)
        return probs if known is None else np.where(known, damaged, probs)

    if machine.settings.hidden <= FEW_UNITS:
        found["exact"] = conditional(damaged.astype(np.float64), known, *in_float64(machine))
    found["clamped"] = chain(b, known)
    if of == "ink":
        rates = np.repeat(np.array(FRACTIONS, b.dtype), len(damaged) // len(FRACTIONS))[:, None]
        found["with rate"] = chain(b + np.log(rates), known)  # (rbm.50), for each image its own
    found["unclamped"] = chain(b, None)
    return found


def table(groups: Sequence[tuple[str, dict[str, Floats]]], title: str, of: Of) -> Figure:
    """Groups of named rows of tiles; the images of one fraction stand beside those of another."""
    first, top = next(iter(groups[0][1].values())), 84
    scale, across, down = pitch(first.shape[1:3], 56)
    block = max(across * len(first) // len(FRACTIONS), 300) + 10
    tall = [max(down * len(group), 172 * len(name) // 16) for name, group in groups]  # its letters
    figure = new_figure(130 + 3 * block, 112 + sum(tall) + 14 * len(groups), title)
    for j, fraction in enumerate(FRACTIONS):
        words = f"{fraction:.0%} of {DOCUMENTS[of].missing} missing"
        write(figure, 134 + block // 2 + block * j, 62, words, fontweight="bold")
    for (name, group), room in zip(groups, tall, strict=True):
        write(figure, 12, top + room / 2, name, rotation="vertical")
        for i, (word, tiles) in enumerate(group.items()):
            y = top + down * i
            write(figure, 135, y + (down - scale) / 2, word, ha="right")
            for j, part in enumerate(np.split(tiles, len(FRACTIONS))):
                paste(figure, mosaic(part, len(part)), 140 + block * j, y, scale)
        top += room + 14
    there = {word for _, group in groups for word in group}
    notes = [f"{word}: {note}" for word, note in NOTES[of].items() if word in there]
    write(figure, figure.bbox.width / 2, top + 10, "      ".join(notes))
    return figure


def means(runs: Runs, data: DataSet, of: Of) -> Figure:
    """Test images, damaged, and what each RBM makes of them: clamped and unclamped."""
    machines, size = [machine_after(run.folder, DOCUMENTS[of].epochs) for run in runs], data.size
    v = as_trained(one_of_each(data), machines[0].settings)
    damaged, known = damage(v, of)
    # Of ink, the image itself is what the RBM gets: it does not know where ink was.
    shown = paper(damaged, size, known if of == "all" else None)
    groups = [("", {"original": paper(np.tile(v, (len(FRACTIONS), 1)), size), "damaged": shown})]
    for one in machines:
        made = restorations(one, damaged, known, of)
        grey = {name: np.rint(probs * LEVELS) / LEVELS for name, probs in made.items()}
        tiles = {name: paper(x, size) for name, x in grey.items()}
        groups.append((f"{one.settings.hidden} units", tiles))
    title = f"Damaged test images restored by RBMs after {_training(machines, data)}"
    return table(groups, title, of)


def states(runs: Runs, data: DataSet, of: Of) -> Figure:
    """As the documents show it: where 64 unclamped chains from damaged images are at the end."""
    machines = [machine_after(run.folder, DOCUMENTS[of].epochs) for run in runs]
    v = as_trained(data.test_images[:CHAINS], machines[0].settings)
    damaged, known = damage(v, of)
    rows = {"start": paper(damaged, data.size, known if of == "all" else None)}
    for one in machines:
        ends = chains(damaged, one.params, DOCUMENTS[of].sweeps)
        rows[f"{one.settings.hidden} hidden units"] = paper(ends, data.size)
    title = f"States of unclamped chains after {DOCUMENTS[of].sweeps:,} sweeps: RBMs after"
    missing = [f"{fraction:.0%} of {DOCUMENTS[of].missing} missing" for fraction in FRACTIONS]
    cells = []
    for name, tiles in rows.items():
        parts = zip(missing, np.split(tiles, len(FRACTIONS)), strict=True)
        cells.append([(f"{name}, {words}", part) for words, part in parts])
    return mosaics(f"{title} {_training(machines, data)}", cells, data.size)


def _training(machines: Sequence[Machine], data: DataSet) -> str:
    epochs = "/".join(str(n) for n in sorted({one.epochs for one in machines}))
    return f"{epochs} epochs, {PIXELS[machines[0].settings.pixels]}, {data.name}"


TRAININGS = {pixels: tuple(machine(pixels, hidden) for hidden in HIDDEN) for pixels in CD30_ON}
OF: tuple[Of, ...] = ("all", "ink")
DRAWINGS = (
    *(
        Drawing(f"inpainting-{of}-{pixels}", trainings, partial(means, of=of))
        for of in OF
        for pixels, trainings in TRAININGS.items()
    ),
    *(Drawing(f"inpainting-{of}-states", TRAININGS["grey"], partial(states, of=of)) for of in OF),
)
