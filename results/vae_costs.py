"""The sources' table of dense VAEs: costs on the test images for 2, 8 and 16 code units.

`python -m results.vae_costs` trains 18 networks (about 20 minutes on two cores) and goes on where
it was stopped. The sources' protocol is kept so that the numbers compare: training on all 60,000
images, a fixed number of epochs, the cost on the 10,000 test images with sampled codes.
"""

import sys
from collections.abc import Sequence

import numpy as np

from data.pixels import to_unit
from data.sets import load
from results.record import write
from training.checkpoint import load_checkpoint
from training.command import complain
from training.plan import Planned, make_runs
from training.run import read_settings
from vae.train import Settings, evaluate, start

CODES, SEEDS = (2, 8, 16), (0, 1, 2)
EPOCHS = {"squared": 30, "bernoulli": 50}
# (the sources' final test cost, the same settings in PyTorch); notes of the project's planning
PEERS: dict[str, dict[int, tuple[float | None, float]]] = {
    "squared": {2: (38.33, 38.37), 8: (29.62, 29.60), 16: (29.53, 29.64)},
    "bernoulli": {2: (None, 151.2), 8: (None, 110.4), 16: (None, 103.4)},
}


def planned(likelihood: str, codes: int, seed: int) -> Planned:
    """The run for one cell of the table and one seed."""
    options = f"--data mnist --validation 0 --likelihood {likelihood} --codes {codes} --seed {seed}"
    options += f" --epochs {EPOCHS[likelihood]}"
    if likelihood == "squared":  # the source prints the cost after every epoch: results.vae_curves
        options += " --snapshots 1"
    return Planned(f"costs-{likelihood}-{codes}-{seed}", "vae", tuple(options.split()))


def main(argv: Sequence[str]) -> None:
    """Trains what is missing, evaluates every network once on the test images, writes the table."""
    cells = [(lik, codes) for lik in EPOCHS for codes in CODES]
    make_runs([planned(*cell, seed) for cell in cells for seed in SEEDS])
    test = to_unit(load("mnist").test_images)
    numbers = []
    for likelihood, codes in cells:
        costs = []
        for seed in SEEDS:
            folder = planned(likelihood, codes, seed).folder
            settings = read_settings(folder, Settings)
            state, _ = load_checkpoint(folder, start(settings, test))
            nll, kl = evaluate(state.params, test, settings)
            costs.append((float(nll + kl), float(nll), float(kl)))
        mean, nll, kl = np.mean(costs, axis=0)
        source, torch = PEERS[likelihood][codes]
        numbers.append(
            {
                "likelihood": likelihood,
                "codes": codes,
                "epochs": EPOCHS[likelihood],
                "cost": mean,
                "spread": float(np.std([c for c, _, _ in costs], ddof=1)),
                "nll": nll,
                "kl": kl,
                "each seed": [c for c, _, _ in costs],
                "source": source,
                "PyTorch": torch,
            }
        )
        print(f"{likelihood:9} {codes:2} codes: {mean:.2f}")
    write(
        "vae_costs",
        protocol="trained on all 60,000 images, grey pixels, batch 128, Adam 1e-3; cost in nats an"
        " image on the 10,000 test images with sampled codes, used once for each network, at the"
        " end; 'squared' leaves out the constant 448.73; spread is the deviation over seeds",
        seeds=SEEDS,
        data="MNIST",
        numbers=numbers,
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
