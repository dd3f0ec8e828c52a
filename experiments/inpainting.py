"""Missing pixels of test digits, filled in by restricted Boltzmann machines (RBMs) and baselines.

The RBMs are trained as the two documents train theirs, on grey pixels by CD-30, and as we would.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from experiments import inpainting_methods as methods
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers, Training
from experiments.inpainting_methods import EXACT, IMAGES, MANY, MASKS
from experiments.inpainting_tables import chosen, exact, of_machines, scores
from experiments.tables import percent

HIDDEN = (20, 100, 500)  # units
# As the documents train; and the same schedule on binary pixels from our initial weights. Snapshots
# after every epoch: the notebook draws chains before each.
CD30 = "--data mnist --validation 0 --gibbs-steps 30 --learning-rate 0.1 --momentum 0"
CD30 += " --epochs 30 --snapshots 1"
CD30_ON = {"grey": f"{CD30} --pixels none --init truncated", "binary": CD30}
# The best that we know: persistent chains, smaller steps; rates chosen on validation images.
PCD5 = "--data mnist --gibbs-steps 5 --epochs 30 --halving 4000 --chains persistent"
PCD5 += " --learning-rate 0.05 --momentum 0 --snapshots 30"


def machine(pixels: str, hidden: int) -> Training:
    """An RBM trained by CD-30 for 30 epochs on 60,000 images, with "grey" or "binary" pixels."""
    options = (*CD30_ON[pixels].split(), "--hidden", str(hidden))
    return Training(f"cd30-{pixels}-{hidden}", "rbm", options)


def persistent(hidden: int) -> Training:
    """An RBM trained by PCD-5 for 30 epochs on 55,000 binary images."""
    return Training(f"pcd5-{hidden}", "rbm", (*PCD5.split(), "--hidden", str(hidden)))


# The training of RBMs with some number of hidden units, and the epochs after which to look.
KINDS: dict[str, tuple[Callable[[int], Training], int]] = {
    "grey CD-30, 60,000 images, 3 epochs": (partial(machine, "grey"), 3),
    "grey CD-30, 60,000 images, 30 epochs": (partial(machine, "grey"), 30),
    "binary CD-30, 60,000 images, 30 epochs": (partial(machine, "binary"), 30),
    "binary PCD-5, 55,000 images, 30 epochs": (persistent, 30),
}
MACHINES = tuple((kind, hidden) for kind in KINDS for hidden in HIDDEN)
SMALL = tuple((kind, min(HIDDEN)) for kind in KINDS)


def measure() -> Numbers:
    pairs = [(m, mask) for m in MACHINES for mask in MASKS]
    parts: dict[Any, Part] = {  # the longest first
        **{(m, "exact"): _part(methods.by_exact_sum, m) for m in SMALL},
        **{(m, *mask): _part(methods.by_machine, m, *mask) for m, mask in pairs[::-1]},
        **{mask: Part(methods.by_baselines, mask) for mask in MASKS},
        **{(m, "likelihoods"): _part(methods.likelihoods, m) for m in MACHINES},
    }
    found = dict(zip(parts, compute(list(parts.values())), strict=True))

    def of(m: tuple[str, int], *what: Any) -> list[Any]:
        return [{"machine": m[0], "hidden": m[1], **row} for row in found[(m, *what)]]

    return {
        "restored": [
            *(row for mask in MASKS for row in found[mask]),
            *(row for m, mask in pairs for row in of(m, *mask)),
        ],
        "exact": [row for m in SMALL for row in of(m, "exact")],
        "likelihoods": [row for m in MACHINES for row in of(m, "likelihoods")],
    }


def _part(function: Callable[..., Any], of: tuple[str, int], *mask: Any) -> Part:
    training, epochs = KINDS[of[0]]
    folder = training(of[1]).folder
    return Part(function, (folder, epochs, *mask), (folder / f"params-{epochs:04}.npz",))


def answer(numbers: Numbers) -> str:
    """The pixels that are right where a fraction of all is missing, beside the best baseline's."""
    rows = [r for r in numbers["restored"] if r["of"] == "all"]
    wanted = {"machine": "binary CD-30, 60,000 images, 30 epochs", "method": "clamped"}
    groups = {
        "500 hidden units": [r for r in rows if {**wanted, "hidden": 500}.items() <= r.items()],
        "best baseline": [r for r in rows if "machine" not in r],
    }
    words = []
    for name, some in groups.items():
        best: dict[float, float] = {}
        for r in some:
            best[r["missing"]] = max(r["fraction right"], best.get(r["missing"], 0))
        words.append(f"{' / '.join(percent(right, 1) for right in best.values())} ({name})")
    return ", ".join(words)


EXPERIMENT = Experiment(
    question="What fraction of missing pixels does an RBM restore correctly when 20, 50 or 80 %"
    " are missing?",
    minutes=60,
    trainings=tuple(dict.fromkeys(KINDS[kind][0](hidden) for kind, hidden in MACHINES[::-1])),
    protocol=f"pixels binarised at 1/2; the first {IMAGES:,} test images, the same pixels missing"
    " for all methods; grey, binary: the pixels that an RBM is trained on; CD-30 is trained on"
    " all 60,000 training images; PCD-5 on 55,000, its learning rate and decay chosen on the"
    " other 5,000; clamped: given pixels are held fixed, mean of P(v=1|h) over 100 sweeps after a"
    " burn-in of 100, two chains from the damaged image (missing pixels dark), or two from a"
    " random start; unclamped: the same of one chain from the damaged image in which nothing is"
    " held fixed; known erasure rate: its logarithm added to the visible biases, (rbm.50), one"
    f" chain; exact: all hidden states summed, first {EXACT} test images; baselines fitted on"
    " training images, their weights chosen on 5,000 validation images; likelihoods on the first"
    f" {MANY:,} test images; test images evaluated once per method, at the end",
    tables={
        "Missing pixels: baselines, and RBMs with binary pixels, given pixels clamped": chosen,
        "Missing pixels: every RBM and every method": lambda numbers: scores(numbers["restored"]),
        "Nats a missing pixel: RBMs of 20 units, chains beside the exact conditional": exact,
        "Likelihoods of RBMs": of_machines,
    },
)
