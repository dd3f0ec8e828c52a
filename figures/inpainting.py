"""Figures of missing pixels: damaged test digits, and what RBMs put in their place.

Shown is the mean of P(v = 1 | h) over the last sweeps; or, as in the documents, binary states.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from data.sets import DataSet
from experiments.gibbs_chains import CHAINS
from experiments.inpainting import CD30_ON, HIDDEN, machine
from experiments.inpainting_methods import Machine, machine_after
from figures.drawing import Drawing
from figures.gibbs_chains import PIXELS, chains, mosaics
from figures.restored_digits import DOCUMENTS, FRACTIONS, Of, damage, restorations, table
from figures.style import as_trained, one_of_each, paper

LEVELS = 32  # of grey: with all 255 the file is twice as large, and nobody sees them


def means(folders: Sequence[Path], data: DataSet, of: Of) -> Figure:
    """Test digits, damaged, and what each RBM makes of them: clamped and unclamped."""
    machines = [machine_after(folder, DOCUMENTS[of].epochs) for folder in folders]
    v = as_trained(one_of_each(data), machines[0].settings)
    damaged, known = damage(v, of)
    # Of ink, the image itself is what the RBM gets: it does not know where ink was.
    shown = paper(damaged, known) if of == "all" else paper(damaged)
    groups = [("", {"original": paper(np.tile(v, (len(FRACTIONS), 1))), "damaged": shown})]
    for one in machines:
        made = restorations(one, damaged, known, of)
        tiles = {name: paper(np.rint(probs * LEVELS) / LEVELS) for name, probs in made.items()}
        groups.append((f"{one.settings.hidden} units", tiles))
    title = f"Damaged test images restored by RBMs after {_training(machines, data)}"
    return table(groups, title, of)


def states(folders: Sequence[Path], data: DataSet, of: Of) -> Figure:
    """As the documents show it: where 64 unclamped chains from damaged images are at the end."""
    machines = [machine_after(folder, DOCUMENTS[of].epochs) for folder in folders]
    v = as_trained(data.test_images[:CHAINS], machines[0].settings)
    damaged, known = damage(v, of)
    rows = {"start": paper(damaged, known) if of == "all" else paper(damaged)}
    for one in machines:
        ends = chains(damaged, one.params, DOCUMENTS[of].sweeps)
        rows[f"{one.settings.hidden} hidden units"] = paper(ends)
    title = f"States of unclamped chains after {DOCUMENTS[of].sweeps:,} sweeps: RBMs after"
    cells = [
        [
            (f"{name}, {fraction:.0%} of {DOCUMENTS[of].missing} missing", part)
            for fraction, part in zip(FRACTIONS, np.split(tiles, len(FRACTIONS)), strict=True)
        ]
        for name, tiles in rows.items()
    ]
    return mosaics(f"{title} {_training(machines, data)}", cells)


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
