"""The three families of models side by side: samples of each, and the scores of many more."""

from collections.abc import Mapping

from autograd_lite.ops import Array
from data.mnist import SIDE
from experiments.compare import COLUMNS, DIGITS, DISTANCE
from experiments.families import FAMILIES
from experiments.image_scores import FRECHET, INCEPTION
from experiments.record import read as record
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.images import mosaic, paper, paste
from figures.style import new_figure, write
from training.streams import stream

SHOWN = 17  # images a family
LEFT, TOP, ROW = 310, 110, 62
WIDTH = 2 * (29 * SHOWN - 1)  # of the images
HEADINGS = {  # of the scores, and where each begins, behind the images
    INCEPTION: ("inception score\n(our classifier)", 90),
    DIGITS: ("digits of at\nleast 4 %", 230),
    FRECHET: ("Frechet\ndistance", 338),
    DISTANCE: ("distance to\nnearest real", 452),
}


def families(runs: Runs, data: DataSet) -> Figure:
    """All that have been scored."""
    scores = {row["family"]: row for row in record("compare").numbers["families"]}
    rows, left = {}, iter(runs)
    for name, family in FAMILIES.items():
        run = next(left) if family.trainings else None
        if name in scores:
            words = (
                name.replace(", sat", ",\nsat").replace(" prin", "\nprin").replace("t, t", "t,\nt")
            )
            shown = {score: scores[name][score]["mean"] for score in HEADINGS}
            rows[words] = family.images(stream(0, "shown images"), data, run, SHOWN), shown
    return beside_scores(f"Samples of all families of models, and their scores, {data.name}", rows)


def beside_scores(title: str, rows: Mapping[str, tuple[Array, Mapping[str, float]]]) -> Figure:
    """Rows of images (SHOWN, 784), each behind its name and before its scores."""
    figure = new_figure(1830, TOP + ROW * len(rows) + 10, title)
    for heading, offset in HEADINGS.values():
        write(figure, LEFT + WIDTH + offset, TOP - 34, heading)
    for i, (words, (x, scores)) in enumerate(rows.items()):
        top = TOP + ROW * i
        write(figure, LEFT - 15, top + 28, words, ha="right")
        paste(figure, mosaic(paper(x, (SIDE, SIDE)), SHOWN), LEFT, top, 2)
        for score, (_, offset) in HEADINGS.items():
            value = f"{scores[score]:.{COLUMNS[score][1]}f}"
            write(figure, LEFT + WIDTH + offset, top + 28, value)
    return figure


TRAININGS = tuple(family.trainings[0] for family in FAMILIES.values() if family.trainings)
DRAWINGS = (Drawing("compare-samples", TRAININGS, families),)
