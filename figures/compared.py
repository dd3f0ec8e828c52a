"""The three families side by side: images of each, and what the classifier says of many more."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from data.sets import DataSet
from experiments.families import FAMILIES, trained
from experiments.record import read as measured
from figures.item import Item
from figures.style import mosaic, new_figure, paper, paste, write
from training.streams import stream

SHOWN = 18  # images a family
LEFT, TOP, ROW = 310, 110, 62
COLUMNS = {  # of the table: where each begins, behind the images
    "classifier\nscore": 70,
    "digits of at\nleast 4 %": 180,
    "Frechet\ndistance": 290,
    "distance to\nnearest real": 400,
}


def compared(folders: Sequence[Path], data: DataSet) -> Figure:
    """A row for each family: images, and its scores."""
    scores = {row["family"]: row for row in measured("compare").numbers["families"]}
    bottom = TOP + ROW * len(FAMILIES)
    figure = new_figure(1820, bottom + 10, f"Images of three families, {data.name}")
    width = 2 * (29 * SHOWN - 1)
    for word, offset in COLUMNS.items():
        write(figure, LEFT + width + offset, TOP - 34, word)
    left = iter(folders)
    for i, family in enumerate(FAMILIES):
        runs = [trained(planned, next(left)) for planned in family.runs[:1]]
        x = family.draw(stream(0, "shown images"), data, runs[0] if runs else None, SHOWN)
        top = TOP + ROW * i
        write(figure, LEFT - 15, top + 28, family.name, ha="right")
        paste(figure, mosaic(paper(x), SHOWN), LEFT, top, 2)
        row = scores[family.name]
        words = (
            f"{row['classifier score']['mean']:.2f}",
            f"{row['digits']['mean']:.3g}",
            f"{row['Frechet distance']['mean']:.1f}",
            f"{row['nearest distance']['mean']:.2f}",
        )
        for word, offset in zip(words, COLUMNS.values(), strict=True):
            write(figure, LEFT + width + offset, top + 28, word)
    return figure


ITEMS = (
    Item(
        "s6-families",
        "S6",
        "nothing of the kind: each model's images are looked at alone",
        "Real test images, two baselines and every family of models: the first images that were"
        " drawn, and what one classifier says of 5,000. Its score is 10 where every image is surely"
        " one digit and all ten are as frequent, and 1 at worst. Smaller Frechet distances are"
        " better; distances to the nearest real image are to be compared with the first row's."
        " Numbers: `python -m experiments.compare`.",
        tuple(planned for family in FAMILIES for planned in family.runs[:1]),
        compared,
    ),
)
