"""Tables of the GAN: losses beside the source's, and the scores of all three families."""

import json
from typing import Any

from experiments.record import HERE
from experiments.tables import markdown as rows_to_markdown
from experiments.tables import with_spread

SHOWN = (1, 5, 10, 20, 30, 40, 50)  # epochs


def gan_losses(numbers: Any) -> str:
    """Losses after some epochs, and the mean of the last ten beside the source's."""
    source = json.loads((HERE / "source_numbers.json").read_text())["S6"]
    rows = []
    for loss, players in numbers.items():
        for player, found in players.items():
            by_epoch = [f"{found['by epoch'][epoch - 1]:.3f}" for epoch in SHOWN]
            last = with_spread(found["last ten epochs"], found["spread"], 3)
            there = source[player]["last ten epochs"] if loss == "non-saturating" else None
            rows.append([loss, player, *by_epoch, last, f"{there:.3f}" if there else ""])
    header = ["loss", "player", *(f"epoch {e}" for e in SHOWN), "last ten epochs", "source"]
    return rows_to_markdown(header, rows)


# Columns of the scores, and their digits.
SCORES = {
    "classifier score": 2,
    "digits": 1,
    "smallest share": 3,
    "Frechet distance": 1,
    "nearest distance": 2,
}


def scores(numbers: Any) -> str:
    """A family a row."""
    rows = []
    for row in numbers["families"]:
        cells = [with_spread(row[c]["mean"], row[c]["spread"], d) for c, d in SCORES.items()]
        rows.append([row["family"], *cells])
    return rows_to_markdown(["images", *SCORES], rows)


def tricks(numbers: Any) -> str:
    """The preset, and with one thing put back: scores, and those of the last generator behind."""
    columns = {"classifier score": 2, "smallest share": 3, "Frechet distance": 1}
    rows = [
        [
            row["what"],
            *(f"{row['averaged'][c]:.{d}f} / {row['last'][c]:.{d}f}" for c, d in columns.items()),
        ]
        for row in numbers
    ]
    header = ["preset best", *(f"{c}, averaged / last" for c in columns)]
    return rows_to_markdown(header, rows)
