"""The log-likelihood that VAEs of 50 codes reach on test digits, after how long a training, beside
what has been published of networks of this size.
"""

from typing import Any, NamedTuple

import numpy as np

import vae.train
from data.sets import load
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers
from experiments.measures import ACTIVE, active_units
from experiments.tables import table, with_spread
from experiments.vae_trainings import DEEP, deep, sampled_once
from training.checkpoint import load_params, snapshots
from training.run import files_of
from training.trained import read
from vae.likelihood import Sampled, sampled_log_p

BLOCK, SAMPLES = 1000, 5000  # test images at a time; codes drawn for each
FEW_IMAGES, FEW_SAMPLES = 1000, 100  # for the curves during training


class Published(NamedTuple):
    name: str  # of the training, as the table says it
    log_p: float  # nats an image
    preset: str  # which is trained on the same bound


# Test log p by 5,000 samples, 784-200-200-50, sampled pixels, 3,280 epochs.
PAPER, AGAIN = "Burda, Grosse and Salakhutdinov 2016", "github.com/nbip/IWAE"
PUBLISHED = (
    Published(f"VAE, {PAPER}", -86.76, "deep"),
    Published(f"VAE, {AGAIN}", -86.35, "deep"),
    Published(f"IWAE, 5 samples, {PAPER}", -85.54, "iwae"),
    Published(f"IWAE, 5 samples, {AGAIN}", -85.18, "iwae"),
    Published(f"DReG, 5 samples, {AGAIN}", -84.90, "iwae"),
)


def block(preset: str, first: int) -> dict[str, list[float]]:
    """What 5,000 samples say of each of 1,000 test images, from the image `first` on."""
    run = read(deep(preset).folder, vae.train)
    x = sampled_once(load("mnist").test_images)[first : first + BLOCK]
    network = vae.train.network(run.params, run.settings)
    found = sampled_log_p(x, network, run.settings.likelihood, SAMPLES, index=first)
    return {name: column.tolist() for name, column in found._asdict().items()}


def along(preset: str) -> list[dict[str, float]]:
    """log p at every snapshot, by few samples of few images, and the seconds of training.

    The images are the last of the training set: held out, or trained on like the others.
    """
    run = read(deep(preset).folder, vae.train)
    x = sampled_once(load("mnist").train_images)[-FEW_IMAGES:]
    rows = []
    for epoch in filter(None, snapshots(run.folder)):
        network = vae.train.network(load_params(run.folder, epoch, run.params), run.settings)
        found = sampled_log_p(x, network, run.settings.likelihood, FEW_SAMPLES)
        seconds = run.series("seconds")[epoch - 1]
        means = {"log p": float(found.log_p.mean()), "bound": float(found.bound.mean())}
        rows.append({"epochs": epoch, "seconds": seconds, **means})
    return rows


def of_network(preset: str, blocks: list[dict[str, list[float]]]) -> dict[str, Any]:
    """Means over all test images, in nats an image, and how the network was trained."""
    run = read(deep(preset).folder, vae.train)
    all_of = Sampled(*(np.concatenate([b[name] for b in blocks]) for name in Sampled._fields))
    x = sampled_once(load("mnist").test_images)
    mu, _ = vae.train.network(run.params, run.settings).encode(x)
    return {
        "preset": preset,
        "log p": float(all_of.log_p.mean()),
        "log p error": float(all_of.log_p.std() / len(x) ** 0.5),
        "too low by about": float((all_of.error**2).mean() / 2),
        "bound": float(all_of.bound.mean()),
        "effective samples": float(np.median(all_of.effective)),
        "active": int(active_units(mu).sum()),
        "codes": run.settings.codes,
        "epochs": len(run.rows),
        "seconds": run.series("seconds")[-1],
    }


def measure() -> Numbers:
    count = len(load("mnist").test_images)
    asked: list[tuple[Any, ...]] = [(p, i) for p in DEEP for i in range(0, count, BLOCK)]
    parts = [Part(block, of, (deep(of[0]).folder / "checkpoint.npz",)) for of in asked]
    parts += [Part(along, (p,), tuple(files_of(deep(p).folder))) for p in DEEP]
    *blocks, first, second = compute(parts)
    each = {p: [b for of, b in zip(asked, blocks, strict=False) if of[0] == p] for p in DEEP}
    rows = [of_network(preset, each[preset]) for preset in DEEP]
    return {"networks": rows, "curves": dict(zip(DEEP, (first, second), strict=True))}


def reached(numbers: Numbers) -> str:
    """Each of our networks, and below it what was published of its bound."""
    rows: list[Any] = []
    for row in numbers["networks"]:
        rows.append(row | {"name": f"preset {row['preset']}"})
        rows += [there._asdict() for there in PUBLISHED if there.preset == row["preset"]]

    def ours(show: Any) -> Any:
        return lambda row: show(row) if "epochs" in row else ""

    columns: dict[str, Any] = {
        "training": lambda row: row["name"],
        "log p": lambda row: (
            f"**{with_spread(row['log p'], row['log p error'])}**"
            if "epochs" in row
            else f"{row['log_p']:.2f}"
        ),
        "too low by about": ours(lambda row: f"{row['too low by about']:.3f}"),
        "bound": ours(lambda row: f"{row['bound']:.2f}"),
        "active code units": ours(lambda row: f"{row['active']} of {row['codes']}"),
        "effective samples": ours(lambda row: f"{row['effective samples']:.0f}"),
        "epochs": lambda row: f"{row.get('epochs', 3280):,}",
        "minutes": ours(lambda row: f"{row['seconds'] / 60:.0f}"),
    }
    return table(rows, columns)


def answer(numbers: Numbers) -> str:
    words = (f"{row['log p']:.2f} ({row['preset']})" for row in numbers["networks"])
    return f"{', '.join(words)}; published: {PUBLISHED[0].log_p} and {PUBLISHED[2].log_p}"


EXPERIMENT = Experiment(
    question="What log-likelihood do VAEs reach on test digits, in nats an image?",
    minutes=240,
    trainings=tuple(map(deep, DEEP)),
    protocol="784-200-200-50-200-200-784, ELU, Bernoulli pixels sampled at every step, all 60,000"
    " images; one training each, minutes on one core; deep: the bound; iwae: the bound of 5"
    " samples by its doubly reparameterised gradient; settings chosen on 5,000 validation images;"
    " scored once, on all 10,000 test images, sampled once (seed 0): importance sampling with"
    f" {SAMPLES:,} samples of q, standard error over the images, effective samples: the median;"
    f" active: the variance of the unit's mean over them is above {ACTIVE}; published: tanh,"
    " other draws of the pixels, batch 20; during training:"
    f" {FEW_SAMPLES} samples, the last {FEW_IMAGES:,} training images, which were trained on",
    tables={"Log-likelihood of test digits under VAEs": reached},
)
