"""Writes the tables of README.md and SOURCES.md from results/*.json: `python -m results.tables`.

A table stands between `<!-- table NAME -->` and `<!-- end NAME -->`.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from results import rows, rows_gan, rows_rbm, rows_s5
from training.run import replacing

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "SOURCES.md")


# By name: the file of its numbers, and what makes it.
TABLES: dict[str, tuple[str, Callable[[Any], str]]] = {
    "vae_costs": ("vae_costs", rows.vae_costs),
    "vae_curves": ("vae_curves", rows.vae_curves),
    "inpainting": ("inpainting", rows_rbm.inpainting),
    "restored": ("inpainting", rows_rbm.restored),
    "exact": ("inpainting", rows_rbm.exact),
    "likelihoods_of_machines": ("inpainting", rows_rbm.likelihoods_of_machines),
    "convolutional": ("convolutional", rows_s5.convolutional),
    "assignment": ("assignment", rows.assignment),
    "digits": ("questions", rows.digits),
    "weights": ("questions", rows.weights),
    "likelihoods": ("likelihoods", rows.likelihoods),
    "samples": ("samples", rows.samples),
    "gan_losses": ("gan_losses", rows_gan.gan_losses),
    "scores": ("scores", rows_gan.scores),
    "tricks": ("tricks", rows_gan.tricks),
    "speed": ("speed", rows.speed),
}


def filled(text: str) -> str:
    """A text with every table in it as the results have it now, and how to make it again."""
    for name, (source, table) in TABLES.items():
        if f"<!-- table {name} -->" not in text:
            continue
        record = json.loads((ROOT / "results" / f"{source}.json").read_text())
        made = f"`{record['command']}` &rarr; [{source}.json](results/{source}.json)."
        body = f"{table(record['numbers'])}\n\n{made} {record['data']}; {record['protocol']}."
        pattern = re.compile(f"(<!-- table {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        text = pattern.sub(lambda m, b=body: f"{m[1]}\n{b}\n\n{m[2]}", text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    for page in PAGES:
        content = filled(page.read_text())
        with replacing(page) as file:
            file.write(content.encode())
