"""The three families of models side by side: samples of each, and the scores of many more."""

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
    scores = {row["family"]: row for row in record("compare").numbers["families"]}
    title = f"Samples of all families of models, and their scores, {data.name}"
    figure = new_figure(1830, TOP + ROW * len(FAMILIES) + 10, title)
    for heading, offset in HEADINGS.values():
        write(figure, LEFT + WIDTH + offset, TOP - 34, heading)
    left = iter(runs)
    for i, (name, family) in enumerate(FAMILIES.items()):
        run = next(left) if family.trainings else None
        x = family.images(stream(0, "shown images"), data, run, SHOWN)
        top = TOP + ROW * i
        words = name.replace(", sat", ",\nsat").replace(" prin", "\nprin")  # in two lines
        write(figure, LEFT - 15, top + 28, words, ha="right")
        paste(figure, mosaic(paper(x, data.size), SHOWN), LEFT, top, 2)
        for score, (_, offset) in HEADINGS.items():
            value = f"{scores[name][score]['mean']:.{COLUMNS[score][1]}f}"
            write(figure, LEFT + WIDTH + offset, top + 28, value)
    return figure


TRAININGS = tuple(family.trainings[0] for family in FAMILIES.values() if family.trainings)
DRAWINGS = (Drawing("compare-samples", TRAININGS, families),)
