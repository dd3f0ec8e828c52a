"""Where the gradient stops when a code is drawn, and where it passes when noise is an argument."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autograd_lite import tape
from figures.boxes import BACK, MIDDLE, NOISE, arrows, back, boxes, canvas
from vae.elbo import reparameterise, reparameterise_vjp

MU, LOGVAR, EPS = np.array([[0.5]]), np.log([[0.25]]), np.array([[[1.2]]])


def two_ways_of_a_gradient() -> Figure:
    """f(z) = z^2 of one code, mu = sigma = 1/2, epsilon = 1.2. Gradients of f: by z from the tape,
    by mu and s = log sigma^2 from reparameterise_vjp.
    """
    z = reparameterise(MU, LOGVAR, EPS)
    (dz,) = tape.gradient(lambda z: np.square(z).sum(), z)
    dmu, ds = (d.item() for d in reparameterise_vjp(dz, LOGVAR, EPS))
    figure, axes = canvas(1200, 640, "")
    values: Any = {"mu": MU, "s": LOGVAR, "z": z, "f": np.square(z), "eps": EPS}
    values = {name: f"{value.item():.2f}".replace("-", "−") for name, value in values.items()}
    for bottom, drawn in ((320, True), (0, False)):
        there = boxes(axes, _looks(bottom, drawn, values))
        arrows(axes, there, "mu-z s-z z-f" + " eps-z" * (not drawn))
        back(axes, there["f"], there["z"], 0.25, f"{dz.item():.2f}")
        if drawn:
            _stopped(axes, 445, bottom + 160)
        else:
            back(axes, there["z"], there["mu"], 0.22, f"{dmu:.2f}")
            back(axes, there["z"], there["s"], -0.22, f"{ds:.2f}")
    axes.plot((30, 1170), (320, 320), color="0.8", lw=1)
    return figure


def _looks(bottom: float, drawn: bool, values: dict[str, str]) -> dict[str, Any]:
    """The boxes of one program."""
    looks: dict[str, Any] = {
        "mu": (150, bottom + 235, 190, 84, f"$\\mu$\n{values['mu']}"),
        "s": (150, bottom + 85, 190, 84, f"$s = \\log\\,\\sigma^2$\n{values['s']}"),
        "f": (1060, bottom + 160, 190, 84, f"$f(z) = z^2$\n{values['f']}"),
    }
    how = "$z$ drawn from $N(\\mu, \\sigma^2)$" if drawn else "$z = \\mu + \\sigma\\,\\varepsilon$"
    look = NOISE if drawn else "white"
    looks["z"] = (660, bottom + 160, 290, 100, f"{how}\n{values['z']}", look)
    if not drawn:
        words = f"$\\varepsilon$ drawn from $N(0, 1)$: {values['eps']}"
        looks["eps"] = (660, bottom + 38, 290, 60, words, NOISE)
    return looks


def _stopped(axes: Axes, x: float, y: float) -> None:
    """A bar that no gradient passes."""
    axes.plot((x, x), (y - 60, y + 60), color=BACK, lw=5, solid_capstyle="butt")
    axes.text(x, y + 84, "the gradient stops: 0", color=BACK, fontsize=12, **MIDDLE)
