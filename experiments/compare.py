"""Scores of the images of all three families of models, beside real images and baselines."""

from typing import Any

from data.pixels import to_unit
from data.sets import load
from experiments import image_scores
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers
from experiments.families import FAMILIES, REAL, SWEEPS, Images, trained
from experiments.image_scores import FRECHET, INCEPTION, SCORES, SIZES, SMALLEST, place, predict
from experiments.measures import over_seeds
from experiments.tables import percent, table
from training.streams import stream
from training.trained import Trained

COUNT = 5000
NEAREST = 1000  # of them are compared with all training images
PRESENT = 0.04  # fraction of the images from which on a digit counts as there
DIGITS = f"digits of at least {percent(PRESENT)}"
DISTANCE = "distance to the nearest training image"
COLUMNS = {  # of the table: headings and decimal places
    INCEPTION: SCORES[INCEPTION],
    DIGITS: (f"{DIGITS}, higher is better", 1),
    SMALLEST: SCORES[SMALLEST],
    FRECHET: SCORES[FRECHET],
    DISTANCE: (f"{DISTANCE}, best as in the first row", 2),
}

Row = dict[str, float]


def score(name: str, seed: int) -> Row:
    family = FAMILIES[name]
    run = trained(family.trainings[seed]) if family.trainings else None
    return judged(family.images, run, seed)


def judged(images: Images, run: Trained | None, seed: int) -> Row:
    """All scores of a run's images."""
    data = load("mnist")
    classifier = image_scores.load_classifier(data)
    train = to_unit(data.train_images)
    x = images(stream(seed, "scored images"), data, run, COUNT)
    probs, features = predict(x, classifier)
    fractions = image_scores.class_fractions(probs)
    _, distance = image_scores.nearest(x[:NEAREST], train)
    return {
        **image_scores.quality(probs, features, predict(train, classifier)[1]),
        DIGITS: float((fractions >= PRESENT).sum()),
        DISTANCE: float(distance.mean()),
        **{f"fraction of {digit}": float(value) for digit, value in enumerate(fractions)},
    }


def parts(name: str) -> list[Part]:
    runs = FAMILIES[name].trainings
    reads = [[training.folder / "checkpoint.npz"] for training in runs] or [[]]
    return [Part(score, (name, i), (*files, place("MNIST"))) for i, files in enumerate(reads)]


def summary(rows: list[Row]) -> dict[str, Any]:
    found = over_seeds(rows).items()
    return {name: {**both, "each seed": [row[name] for row in rows]} for name, both in found}


def measure() -> Numbers:
    data = load("mnist")  # the classifier is trained before the processes need it
    probs, _ = predict(to_unit(data.test_images), image_scores.load_classifier(data))
    accuracy = float((probs.argmax(axis=1) == data.test_labels).mean())
    groups = {name: parts(name) for name in FAMILIES}
    scores = iter(compute([part for group in groups.values() for part in group]))
    each = {name: summary([next(scores) for _ in group]) for name, group in groups.items()}
    rows = [{"family": name, **row} for name, row in each.items()]
    return {"classifier": {"test accuracy": accuracy}, "families": rows}


def families(numbers: Numbers) -> str:
    """A family a row; and how good the classifier is."""
    accuracy = percent(numbers["classifier"]["test accuracy"], 2)
    rows = [
        {"images": row["family"]} | {heading: row[name] for name, (heading, _) in COLUMNS.items()}
        for row in numbers["families"]
    ]
    shown = table(rows, {"images": 0, **dict(COLUMNS.values())})
    return f"{shown}\n\nThe classifier has an accuracy of {accuracy} on the test images."


def answer(numbers: Numbers) -> str:
    scores = {row["family"]: row[INCEPTION]["mean"] for row in numbers["families"]}
    words = ", ".join(
        f"{kind} {max(score for name, score in scores.items() if kind in name):.2f}"
        for kind in ("RBM", "VAE", "GAN")
    )
    return f"inception score (our classifier): {words}; real images {scores[REAL]:.2f}"


EXPERIMENT = Experiment(
    question="How good are the images of RBM, VAE and GAN, judged by one classifier?",
    minutes=150,
    trainings=tuple(dict.fromkeys(one for f in FAMILIES.values() for one in f.trainings)),
    protocol=f"{COUNT:,} images of each family and seed, mean pixels as the models show them; RBM:"
    f" after {SWEEPS:,} sweeps from a random start; VAE: Bernoulli likelihood, the convolutional"
    f" one squared error; classifier of our own, {'-'.join(map(str, SIZES))} with dropout, trained"
    " on the 60,000 training images (the 10,000 test images are used once for its accuracy, once"
    " as the first row; nothing was chosen by them); inception score: exp of the mean KL to the"
    f" marginal, at most 10; a digit counts as there from {percent(PRESENT)} of the images on;"
    " squared Frechet distance of the classifier's last hidden layer to all training images;"
    f" distance to the nearest training image: Euclidean, pixels from 0 to 1, mean of {NEAREST:,}"
    " images; mean and standard deviation over seeds",
    seeds=tuple(range(max(len(family.trainings) for family in FAMILIES.values()))),
    tables={"Images of all families": families},
)
