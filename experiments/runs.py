"""The trainings that follow the sources, and their options; commands and figures share them.

Labels are folders in out/runs; S1 to S8 are the systems of SOURCES.md.
"""

from gan.settings import Settings
from training.parallel import Training
from training.settings import options_of

MACHINES = (20, 100, 500)  # hidden units
SEEDS = (0, 1, 2)

# S1 and S3: as the sources train, and the same schedule on binary pixels from our first weights.
# Snapshots after every epoch: the source draws its chains before each.
CD30 = "--data mnist --validation 0 --gibbs-steps 30 --learning-rate 0.1 --momentum 0"
CD30 += " --epochs 30 --snapshots 1"
KINDS = {"grey": f"{CD30} --pixels none --init truncated", "binary": CD30}

# The best that we know: persistent chains, smaller steps; rates chosen on validation images.
PCD5 = "--data mnist --gibbs-steps 5 --epochs 30 --halving 4000 --chains persistent"
PCD5 += " --learning-rate 0.05 --momentum 0 --snapshots 30"

# S7: 784-500-2-500-784, tanh, 95 % of the input kept; and its long preset.
TANH = "--data mnist --validation 10000 --hidden 500 --codes 2 --activation tanh --keep 0.95"
SHORT = f"{TANH} --images 5000 --batch-size 50 --epochs 20"
LONG = f"{TANH} --batch-size 500 --epochs 500 --learning-rate 1e-4 --pixels stochastic"

# Ours on S6: the preset, option by option.
BEST = options_of(Settings.PRESETS["best"])


def machine(kind: str, hidden: int) -> Training:
    """S1 and S3: a restricted Boltzmann machine trained by CD-30 for 30 epochs."""
    return Training(f"cd30-{kind}-{hidden}", "rbm", (*KINDS[kind].split(), "--hidden", str(hidden)))


def persistent(hidden: int) -> Training:
    """A machine trained by PCD-5 for 30 epochs on 55,000 binary images."""
    return Training(f"pcd5-{hidden}", "rbm", (*PCD5.split(), "--hidden", str(hidden)))


def short(pixels: str, seed: int, beta: float = 1.0) -> Training:
    """S7: 5,000 images, 20 epochs; pixels drawn "once", or afresh each epoch ("stochastic")."""
    options = f"{SHORT} --pixels {pixels} --seed {seed}" + (f" --beta {beta}" if beta != 1 else "")
    return Training(f"tanh-{pixels}-{seed}-{beta:g}", "vae", tuple(options.split()))


def long() -> Training:
    """S7's long preset: 50,000 images, 500 epochs."""
    return Training("tanh-long", "vae", tuple(LONG.split()))


def convolutional(seed: int) -> Training:
    """S5: 10,000 images, batches of 32, RMSprop, squared error, 30 epochs."""
    options = "--data mnist --validation 0 --images 10000 --network conv --optimiser rmsprop"
    options += f" --likelihood squared --batch-size 32 --epochs 30 --snapshots 1 --seed {seed}"
    return Training(f"conv-{seed}", "vae", tuple(options.split()))


def whole() -> Training:
    """S5's network on the whole training set, 5,000 validation images cut from it."""
    options = "--data mnist --validation 5000 --network conv --optimiser rmsprop"
    options += " --likelihood squared --batch-size 32 --epochs 30 --snapshots 1 --seed 0"
    return Training("conv-whole-0", "vae", tuple(options.split()))


def adversarial(seed: int, loss: str = "non-saturating") -> Training:
    """S6: both players as the source trains them, 50 epochs."""
    options = f"--data mnist --epochs 50 --snapshots 5 --loss {loss} --seed {seed}"
    return Training(f"gan-{loss}-{seed}", "gan", tuple(options.split()))


def best(seed: int) -> Training:
    """The GAN's preset `best`, in full: another preset would be another run."""
    options = f"--data mnist {BEST} --snapshots 10 --seed {seed}"
    return Training(f"gan-best-{seed}", "gan", tuple(options.split()))
