"""Figures of S1 and S3: damaged test digits restored by chains that are clamped, and by free ones.

All chains start at the damaged picture, as the sources' do, and make as many sweeps as theirs. What
is shown is the mean of P(v = 1 | h) over the last ones. So only the clamping differs.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from data.pixels import remove_pixels
from data.sets import DataSet
from experiments.runs import MACHINES, machine
from figures.chains import EARLY, INPUT, Machine, machine_after, seen
from figures.digits import one_of_each
from figures.item import Item
from figures.style import Floats, mosaic, new_figure, paper, paste, write
from rbm.exact import conditional
from rbm.inpaint import chain_mean
from training.streams import stream

Bools = NDArray[np.bool_]
Of = Literal["all", "ink"]

SHARES = (0.2, 0.5, 0.8)  # of the pixels that are missing
SWEEPS = {"all": 5000, "ink": 200}  # S1's, and S3's
LAST = 100  # of these, of which the mean is shown
SUMMED = 20  # hidden units up to which all states are summed: twenty seconds for 20
LEVELS = 32  # of grey: with all 255 the file is twice as large, and nobody sees them
LATE = 30  # epochs after which S3 restores test images
WAYS = {"exact": "all hidden states summed", "clamped": "what is given is held fixed"}
FREE = {"free": "nothing is held fixed"}
NOTES = {
    "all": {"damaged": "missing is light blue", **WAYS, **FREE},
    "ink": {**WAYS, "told": "clamped, and told the share that is missing", **FREE},
}


def damage(v: Floats, of: Of) -> tuple[Floats, Bools]:
    """Images with each of SHARES missing, and what the model is told is given: (3 * N, D) both.

    With of="all" it is told the mask. With of="ink" it is told only the damaged image: whatever
    is blank there may be missing, so only what is left of the ink is given.
    """
    # The stream starts anew: the masks are nested, and the same for all machines.
    both = [remove_pixels(stream(0, "figure missing"), v, share, of) for share in SHARES]
    damaged = np.concatenate([image for image, _ in both])
    return damaged, np.concatenate([known for _, known in both]) if of == "all" else damaged != 0


def restorations(machine: Machine, damaged: Floats, known: Bools, of: Of) -> dict[str, Floats]:
    """P(v = 1) by the name of the way; the exact one where all hidden states can be summed."""
    (W, b, c), ways = machine.params, {}
    if machine.settings.hidden <= SUMMED:
        doubled = (np.asarray(p, np.float64) for p in machine.params)
        ways["exact"] = conditional(damaged.astype(np.float64), known, *doubled)
    ways["clamped"] = np.where(known, damaged, _chain(damaged, W, b, c, of, known))
    if of == "ink":
        share = np.repeat(np.array(SHARES, b.dtype), len(damaged) // len(SHARES))[:, None]
        told = b + np.log(share)  # (rbm.27), for each image its own
        ways["told"] = np.where(known, damaged, _chain(damaged, W, told, c, of, known))
    ways["free"] = _chain(damaged, W, b, c, of, None)
    return ways


def _chain(v: Floats, W: Floats, b: Floats, c: Floats, of: Of, known: Bools | None) -> Floats:
    burn_in = SWEEPS[of] - LAST
    return chain_mean(stream(0, "figure restored"), v, W, b, c, burn_in, LAST, known)


def restored(folders: Sequence[Path], data: DataSet, of: Of, epochs: int) -> Figure:
    """Test digits, damaged, and what each machine makes of them: clamped, and free."""
    machines = [machine_after(folder, epochs) for folder in folders]
    v = seen(one_of_each(data), machines[0].settings)
    damaged, known = damage(v, of)
    # Of ink, the picture itself is what the model gets: it does not know where ink was.
    shown = paper(damaged, known) if of == "all" else paper(damaged)
    groups = [("", {"original": paper(np.tile(v, (len(SHARES), 1))), "damaged": shown})]
    for one in machines:
        made = restorations(one, damaged, known, of)
        name = f"{one.settings.hidden} units"
        groups.append((name, {way: paper(_coarse(probs)) for way, probs in made.items()}))
    after = "/".join(str(n) for n in sorted({one.epochs for one in machines}))
    pixels = INPUT[machines[0].settings.pixels]
    title = f"Damaged test images restored by RBMs after {after} epochs, {pixels}, {data.name}"
    return _table(groups, title, of)


def _coarse(probs: Floats) -> Floats:
    return np.rint(probs * LEVELS) / LEVELS


def _table(groups: Sequence[tuple[str, dict[str, Floats]]], title: str, of: Of) -> Figure:
    """Groups of named rows of tiles; a row has the digits of one share beside those of another."""
    rows = sum(len(group) for _, group in groups)
    figure = new_figure(1900, 112 + 58 * rows + 14 * len(groups), title)
    for j, share in enumerate(SHARES):
        words = f"{share:.0%} of {'all pixels' if of == 'all' else 'the ink'} missing"
        write(figure, 429 + 590 * j, 62, words, fontweight="bold")
    top = 84
    for name, group in groups:
        write(figure, 22, top + 29 * len(group), name, rotation="vertical")
        for word, tiles in group.items():
            write(figure, 132, top + 28, word, ha="right")
            for j, part in enumerate(np.split(tiles, len(SHARES))):
                paste(figure, mosaic(part, len(part)), 140 + 590 * j, top, 2)
            top += 58
        top += 14
    there = {word for _, group in groups for word in group}
    notes = [f"{word}: {note}" for word, note in NOTES[of].items() if word in there]
    write(figure, 950, top + 10, "      ".join(notes))
    return figure


FEED = {
    "grey": "Grey pixels, as the source has them, and its first weights.",
    "binary": "The source's schedule, on binary pixels and from our first weights.",
}
ALL = (
    " Clamped, the given pixels stay, and the machine fills in the others. Free, as in the source,"
    " it forgets the image in 5,000 sweeps and shows the same few digits whatever was given."
    " For 20 hidden units the exact answer stands above: where much is missing it is a mixture of"
    " several digits, of which one chain may show one."
)
INK = (
    " The machine gets the damaged picture alone: any blank pixel may have lost its ink, and all"
    " of them are drawn. Clamped, it adds too much ink, since nothing says that most blank pixels"
    " always were blank. Told what share of the ink is missing (rbm.27), it adds less. Free, as in"
    " the source, it drifts to another digit. For 20 hidden units compare with the exact answer:"
    " with 80 % missing, 200 sweeps do not reach it, and the clamped chains look better than the"
    " machine is, because they start at what is left of the right digit."
)

ITEMS = (
    *(
        Item(
            f"s1-restored-{kind}",
            "S1",
            "Figure 5.1: a table of 3 x 3 mosaics of 64 digits, 20, 100 and 500 hidden units by"
            " 20, 50 and 80 % of the pixels missing, by free chains of 5,000 sweeps.",
            FEED[kind] + ALL,
            tuple(machine(kind, hidden) for hidden in MACHINES),
            partial(restored, of="all", epochs=EARLY),
        )
        for kind in FEED
    ),
    *(
        Item(
            f"s3-restored-{kind}",
            "S3",
            "Nine mosaics of 64 digits, for 20, 100 and 500 hidden units three each: 20, 50 and"
            " 80 % of the ink missing, by free chains of 200 sweeps.",
            FEED[kind] + INK,
            tuple(machine(kind, hidden) for hidden in MACHINES),
            partial(restored, of="ink", epochs=LATE),
        )
        for kind in FEED
    ),
)
