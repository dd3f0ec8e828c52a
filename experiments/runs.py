"""The trainings that follow the sources, and their options; commands and figures share them.

Labels are folders in out/runs; S1 to S8 are the systems of SOURCES.md.
"""

from gan.settings import Settings
from training.parallel import Training
from training.settings import options_of

SEEDS = (0, 1, 2)

# Ours on S6: the preset, option by option.
BEST = options_of(Settings.PRESETS["best"])


def adversarial(seed: int, loss: str = "non-saturating") -> Training:
    """S6: both players as the source trains them, 50 epochs."""
    options = f"--data mnist --epochs 50 --snapshots 5 --loss {loss} --seed {seed}"
    return Training(f"gan-{loss}-{seed}", "gan", tuple(options.split()))


def best(seed: int) -> Training:
    """The GAN's preset `best`, in full: another preset would be another run."""
    options = f"--data mnist {BEST} --snapshots 10 --seed {seed}"
    return Training(f"gan-best-{seed}", "gan", tuple(options.split()))
