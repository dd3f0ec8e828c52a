"""Figures of S1 and S3: damaged test digits restored by chains that are clamped, and by free ones.

Both chains make the same number of sweeps, the sources', and what is shown of both is the mean of
P(v = 1 | h) over the last ones: only the clamping differs.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from data.pixels import remove_pixels
from data.sets import DataSet
from figures.chains import EARLY, INPUT, Machine, machine_after, seen
from figures.digits import one_of_each
from figures.item import Item
from figures.style import MISSING, Floats, mosaic, new_figure, paper, paste, write
from rbm.exact import conditional
from rbm.inpaint import chain_mean, inpaint
from results.runs import KINDS, MACHINES, machine
from training.streams import stream

Bools = NDArray[np.bool_]
Of = Literal["all", "ink"]

SHARES = (0.2, 0.5, 0.8)  # of the pixels that are missing
SWEEPS = {"all": 5000, "ink": 200}  # S1's, and S3's
LAST = 100  # of these, of which the mean is shown
SUMMED = 20  # hidden units up to which all states are summed: twenty seconds for 20
LATE = 30  # epochs after which S3 restores test images


def damage(v: Floats, of: Of) -> tuple[Floats, Bools]:
    """Images with each of SHARES missing, and what the model is told to be given: (3 * N, D).

    With of="all" it is told the mask. With of="ink" it is told only the damaged image: whatever
    is blank there may be missing, so only what is left of the ink is given.
    """
    # The stream starts anew: the masks are nested, and the same for all machines.
    both = [remove_pixels(stream(0, "figure missing"), v, share, of) for share in SHARES]
    damaged = np.concatenate([image for image, _ in both])
    return damaged, np.concatenate([known for _, known in both]) if of == "all" else damaged != 0


def restorations(machine: Machine, damaged: Floats, known: Bools, of: Of) -> dict[str, Floats]:
    """Rows of images by name: the exact conditional where it can be summed, and both chains."""
    params, burn_in = machine.params, SWEEPS[of] - LAST
    rows = {}
    if machine.settings.hidden <= SUMMED:
        doubled = (np.asarray(p, np.float64) for p in params)
        rows["exact"] = conditional(damaged.astype(np.float64), known, *doubled)
    rng = stream(0, "figure restored")
    rows["clamped"] = inpaint(rng, damaged, known, *params, burn_in, LAST)
    rng = stream(0, "figure free")
    rows["free"] = chain_mean(rng, damaged, *params, burn_in, LAST)
    return rows


def restored(folders: Sequence[Path], data: DataSet, of: Of, epochs: int) -> Figure:
    """Test digits, damaged, and what each machine makes of them; the given and the free way."""
    machines = [machine_after(folder, epochs) for folder in folders]
    v = seen(one_of_each(data), machines[0].settings)
    damaged, known = damage(v, of)
    # Of ink, the picture itself is what the model gets: it does not know where ink was.
    shown = paper(damaged, known) if of == "all" else paper(damaged)
    groups = [("", {"original": paper(np.tile(v, (len(SHARES), 1))), "damaged": shown})]
    for one in machines:
        made = restorations(one, damaged, known, of)
        name = f"{one.settings.hidden} units"
        groups.append((name, {word: paper(probs) for word, probs in made.items()}))
    after = "/".join(str(n) for n in sorted({one.epochs for one in machines}))
    pixels = INPUT[machines[0].settings.pixels]
    title = f"Damaged test images restored by RBMs after {after} epochs, {pixels}, {data.name}"
    return _table(groups, title, of)


def _table(groups: Sequence[tuple[str, dict[str, Floats]]], title: str, of: Of) -> Figure:
    """Groups of named rows of tiles; a row has the digits of one share beside those of another."""
    rows = sum(len(group) for _, group in groups)
    figure = new_figure(1900, 82 + 58 * rows + 14 * len(groups) + 40 * (of == "all"), title)
    top = 84
    for name, group in groups:
        write(figure, 22, top + 29 * len(group), name, rotation="vertical")
        for word, tiles in group.items():
            write(figure, 132, top + 28, word, ha="right")
            for j, part in enumerate(np.split(tiles, len(SHARES))):
                paste(figure, mosaic(part, len(part)), 140 + 590 * j, top, 2)
            top += 58
        top += 14
    for j, share in enumerate(SHARES):
        words = f"{share:.0%} of {'all pixels' if of == 'all' else 'the ink'} missing"
        write(figure, 429 + 590 * j, 62, words, fontweight="bold")
    if of == "all":
        figure.legend(handles=[Patch(facecolor=MISSING, label="missing pixel")], loc="lower center")
    return figure


ITEMS = (
    *(
        Item(
            f"s1-restored-{kind}",
            "S1",
            "Figure 5.1: a table of 3 x 3 mosaics of 64 digits, 20, 100 and 500 hidden units by"
            " 20, 50 and 80 % of the pixels missing, by free chains of 5,000 sweeps.",
            "TODO",
            tuple(machine(kind, hidden) for hidden in MACHINES),
            partial(restored, of="all", epochs=EARLY),
        )
        for kind in KINDS
    ),
    *(
        Item(
            f"s3-restored-{kind}",
            "S3",
            "Nine mosaics of 64 digits, for 20, 100 and 500 hidden units three each: 20, 50 and"
            " 80 % of the ink missing, by free chains of 200 sweeps.",
            "TODO",
            tuple(machine(kind, hidden) for hidden in MACHINES),
            partial(restored, of="ink", epochs=LATE),
        )
        for kind in KINDS
    ),
)
