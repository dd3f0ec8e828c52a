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
from figures.chain_states import PIXELS, chains, mosaics
from figures.drawing import Drawing
from figures.images import as_trained, one_of_each
from figures.restored_digits import DOCUMENTS, FRACTIONS, Of, damage, restorations, table
from figures.style import paper
from training.parallel import Training

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


TRAINED = {
    "grey": "Trained on grey pixels, with the documents' initial weights.",
    "binary": "The documents' schedule, on binary pixels and from our initial weights.",
}
MEANS = {
    "all": " Clamped: given pixels are held fixed, and the RBM fills in the others. Unclamped,"
    " as in the assignment, it forgets the image in 5,000 sweeps and shows the same few"
    " digits whatever was given. For 20 hidden units the exact conditional is shown above: where"
    " much is missing it is a mixture of several digits, of which one chain may show one.",
    "ink": " The RBM gets the damaged image alone: any blank pixel may have lost its ink, and all"
    " of them are drawn. With its given pixels clamped, it adds too much ink, since nothing says"
    " that most blank pixels always were blank. With the known erasure rate (rbm.33) it adds less."
    " Unclamped, as in the notebook, it drifts to another digit. For 20 hidden units"
    " see the exact conditional: with 80 % missing, 200 sweeps do not reach it, and the clamped"
    " chains look better than the RBM is, because they start at what is left of the right digit.",
}
STATES = (
    "The binary states themselves, as the document shows them, of 64 unclamped chains."
    " Above them, the damaged test images at which they start. "
)
SEEN = {
    "all": "After 5,000 sweeps the tiles have nothing to do with those above them, so it matters"
    " little how much was missing: 20 hidden units draw 0 over and over, 500 a slanted 1.",
    "ink": "After 200 sweeps some chains still show the digit that they started from, most of them"
    " where 20 % of the ink was missing. Many others end in scraps that are no digit, the more so"
    " the less was given.",
}
SOURCE = {
    "all": "assignment of 2019, figure 5.1: a table of 3 x 3 mosaics of 64 binary states, 20, 100"
    " and 500 hidden units by 20, 50 and 80 % of the pixels missing, by unclamped chains of 5,000"
    " sweeps; the damage reached the upper edge of the images only",
    "ink": "notebook: for 20, 100 and 500 hidden units three mosaics each of 64 binary states,"
    " 20, 50 and 80 % of the ink missing, by unclamped chains of 200 sweeps",
}
OF: tuple[Of, ...] = ("all", "ink")


def _trainings(pixels: str) -> tuple[Training, ...]:
    return tuple(machine(pixels, hidden) for hidden in HIDDEN)


DRAWINGS = (
    *(
        Drawing(
            f"inpainting-{of}-{pixels}",
            TRAINED[pixels] + MEANS[of],
            _trainings(pixels),
            partial(means, of=of),
            SOURCE[of],
        )
        for of in OF
        for pixels in CD30_ON
    ),
    *(
        Drawing(
            f"inpainting-{of}-states",
            STATES + SEEN[of],
            _trainings("grey"),
            partial(states, of=of),
            SOURCE[of],
        )
        for of in OF
    ),
)
