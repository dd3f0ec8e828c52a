"""Two programs as graphs: values go forward, gradients back."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from autograd_lite import tape
from autograd_lite.ops import Array
from figures.boxes import BACK, MIDDLE, NOISE, arrows, back, boxes, canvas, middle
from vae.elbo import reparameterise, reparameterise_vjp

MU, LOGVAR, EPS = np.array([[0.5]]), np.log([[0.25]]), np.array([[[1.2]]])


def program(a: Any, x: Any, *at: Any) -> Any:
    """The chapter's program. `at` is added where a value is used: the gradient by it is the part
    that comes back from that use.
    """
    u = (a + at[0]) * (x + at[1])
    v = (u + at[2]) + (x + at[3])
    w = (u + at[4]) * (v + at[5])
    return (w + at[6]).sum()


USES = {"u-a": 0.2, "u-x": 0.3, "v-u": 0.3, "v-x": -0.2, "w-u": 0.2, "w-v": -0.3, "L-w": 0.4}


def tape_of_a_program() -> Figure:
    """L = sum(u v), v = u + x, u = a x at a = 3, x = (1, 2): values, and autograd_lite.tape's
    gradients of L by each of them, with what each use sends back.
    """
    a, x = np.array(3.0), np.array([1.0, 2.0])
    u, v, w = a * x, a * x + x, a * x * (a * x + x)
    da, dx, *parts = tape.gradient(program, a, x, np.zeros(()), *np.zeros((6, 2)))
    sums = {"u": parts[2] + parts[4], "v": parts[5], "w": parts[6], "L": np.array(1.0)}
    figure, axes = canvas(1200, 520, "")
    looks: Any = {
        "a": (95, 400, 140, 110, f"$a$\n{_numbers(a)}", NOISE),
        "x": (95, 120, 140, 110, f"$x$\n{_numbers(x)}", NOISE),
        "u": (400, 400, 160, 110, f"$u = a\\,x$\n{_numbers(u)}"),
        "v": (595, 120, 160, 110, f"$v = u + x$\n{_numbers(v)}"),
        "w": (790, 400, 160, 110, f"$w = u\\,v$\n{_numbers(w)}"),
        "L": (1105, 400, 140, 110, f"$L = \\Sigma\\,w$\n{program(a, x, *np.zeros(7)):g}"),
    }
    there = boxes(axes, looks)
    arrows(axes, there, "a-u x-u x-v u-v u-w v-w w-L")
    for (pair, bend), part in zip(USES.items(), parts, strict=True):
        start, end = (there[name] for name in pair.split("-"))
        back(axes, start, end, bend, _numbers(part))
    for name, grad in ({"a": da, "x": dx} | sums).items():
        (left, top), text = middle(there[name]), f"$\\bar {name}$ = {_numbers(grad)}"
        up = -78 if name in "xv" else 78
        axes.text(left, top + up, text, color=BACK, fontsize=13, weight="bold", **MIDDLE)
    return figure


def _numbers(value: Array) -> str:
    return f"{value:g}" if value.ndim == 0 else f"({', '.join(f'{n:g}' for n in value)})"


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
            x, y = 445, bottom + 160
            axes.plot((x, x), (y - 60, y + 60), color=BACK, lw=5, solid_capstyle="butt")
            axes.text(x, y + 84, "the gradient stops: 0", color=BACK, fontsize=12, **MIDDLE)
        else:
            back(axes, there["z"], there["mu"], 0.22, f"{dmu:.2f}")
            back(axes, there["z"], there["s"], -0.22, f"{ds:.2f}")
    axes.plot((30, 1170), (320, 320), color="0.8", lw=1)
    return figure


def _looks(bottom: float, drawn: bool, values: dict[str, str]) -> dict[str, Any]:
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
