"""The tape's graph of a small program: values forward, gradients back."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from autograd_lite import tape
from autograd_lite.ops import Array
from figures.boxes import BACK, MIDDLE, NOISE, arrows, back, boxes, canvas, middle


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
