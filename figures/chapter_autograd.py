"""Pictures of the chapters on differentiation; nothing is trained for them."""

import numpy as np
from matplotlib.colors import ListedColormap

from autograd_lite.conv import conv2d, conv_transpose2d
from autograd_lite.ops import Array, sigmoid, softplus
from autograd_lite.optim import adam_start, adam_step, momentum_step
from figures.boxes import MIDDLE
from figures.drawing import Drawing, Figure
from figures.graphs import tape_of_a_program
from figures.style import LINES, sheet

BLUE, ORANGE, GREEN = LINES


def softplus_and_its_slope() -> Figure:
    """Left: softplus, and its tangents at -2, 0 and 2, whose slopes are softplus_vjp(1, x), the
    sigmoid. Right, in float32: softplus as the code has it, and log(1 + exp(x)) as it is written.
    """
    figure = sheet(900, 380)
    left, right = figure.subplots(1, 2)
    x = np.linspace(-5, 5, 201)
    left.plot(x, softplus(x), color=BLUE, lw=2.2)
    for at in (-2.0, 0.0, 2.0):
        slope, ends = sigmoid(np.array(at)), np.array([at - 1.3, at + 1.3])
        left.plot(ends, softplus(np.array(at)) + slope * (ends - at), color=ORANGE, lw=1.8)
        left.plot(at, softplus(np.array(at)), "o", color=ORANGE, ms=6)
        left.text(at - 0.3, softplus(np.array(at)) + 0.35, f"slope {slope:.2f}", ha="right")
    left.set(title="softplus; its slope is the sigmoid", xlabel="$x$", ylim=(-0.4, 5.2))
    x = np.linspace(-40, 120, 3201, dtype=np.float32)
    with np.errstate(over="ignore", divide="ignore"):
        naive = np.log(1 + np.exp(x))
    right.plot(x, softplus(x), color=BLUE, lw=5, alpha=0.35, label="softplus as coded")
    shown = np.isfinite(naive) & (naive > 0)
    label = r"$\log(1 + e^x)$ as written"
    right.plot(x[shown], naive[shown], color=ORANGE, lw=1.6, label=label)
    first, last = x[shown][[0, -1]]
    right.axvspan(-40, first, color=ORANGE, alpha=0.1, lw=0)
    right.axvspan(last, 120, color=ORANGE, alpha=0.1, lw=0)
    right.text((first - 40) / 2, 1e-3, "exactly 0", color=ORANGE, rotation=90, **MIDDLE)
    right.text((last + 120) / 2, 1e-3, "infinite", color=ORANGE, rotation=90, **MIDDLE)
    right.set(title="in float32", xlabel="$x$", yscale="log", ylim=(1e-18, 1e4), xlim=(-40, 120))
    right.legend(loc="lower center")
    return figure


STEEP, START = 30.0, (-4.0, 1.0)


def valley(point: Array) -> Array:
    """The slope of f(x, y) = (x^2 + STEEP y^2) / 2 at (x, y)."""
    return point * np.array([1.0, STEEP])


def descents(steps: int) -> list[tuple[Array, str, str]]:
    """(steps + 1, 2) points of plain descent (rate 0.06), momentum (0.02, 0.8) and Adam (0.4)."""
    at: Array = np.array(START)
    plain, heavy, adam = [at], [at], [at]
    still, velocity, state = 0 * at, 0 * at, adam_start(at)
    for _ in range(steps):
        plain.append(momentum_step(plain[-1], still, valley(plain[-1]), 0.06, 0.0)[0])
        point, velocity = momentum_step(heavy[-1], velocity, valley(heavy[-1]), 0.02, 0.8)
        heavy.append(point)
        point, state = adam_step(adam[-1], state, valley(adam[-1]), 0.4)
        adam.append(point)
    return [
        (np.array(plain), "gradient descent, rate 0.06", BLUE),
        (np.array(heavy), "momentum 0.8, rate 0.02", ORANGE),
        (np.array(adam), "Adam, rate 0.4", GREEN),
    ]


def optimisers() -> Figure:
    """Thirty steps of three optimisers on (x^2 + 30 y^2) / 2 from (-4, 1)."""
    figure = sheet(900, 560)
    x, y = np.meshgrid(np.linspace(-4.6, 1.6, 200), np.linspace(-1.2, 1.3, 100))
    panels = zip(figure.subplots(3, 1, sharex=True), descents(30), strict=True)
    for axes, (path, name, colour) in panels:
        axes.contour(x, y, (x**2 + STEEP * y**2) / 2, levels=np.geomspace(0.1, 25, 8), colors="0.8")
        axes.plot(*path.T, "o-", color=colour, ms=4, lw=1.4)
        axes.plot(0, 0, "k+", ms=12, mew=2)
        axes.set_title(f"{name}: after 30 steps {np.hypot(*path[-1]):.2f} from the lowest point")
        axes.set(ylabel="$y$", ylim=(-1.2, 1.3))
    axes.set(xlabel="$x$")
    return figure


def convolution_bands() -> Figure:
    """The matrix of a convolution of 9 pixels with a kernel of 3 and stride 2, column by column
    from conv2d of unit vectors, and that of conv_transpose2d, which is its transpose.
    """
    K = np.zeros((3, 3, 1, 1))
    K[1, :, 0, 0] = 1, 2, 3  # on an image one pixel high the middle row alone meets pixels
    down = conv2d(np.eye(9).reshape(9, 1, 9, 1), K, 2).reshape(9, 5).T
    up = conv_transpose2d(np.eye(5).reshape(5, 1, 5, 1), K, 2, (1, 9)).reshape(5, 9).T
    figure = sheet(900, 520)
    axes = figure.subplots()
    for left, matrix, name in ((0, down, "$y = A\\,x$"), (10.5, up, "$A^\\top y$")):
        rows, columns = matrix.shape
        edges = np.arange(columns + 1) + left, 9 - np.arange(rows + 1)
        colours = ListedColormap(["#eeeeee", *LINES])
        axes.pcolormesh(*edges, matrix, cmap=colours, vmin=0, vmax=3, edgecolor="white", lw=2)
        for i, j in np.argwhere(matrix):
            style = MIDDLE | {"color": "white", "fontsize": 14}
            axes.text(left + j + 0.5, 8.5 - i, f"$K_{matrix[i, j] - 1:g}$", **style)
        words = f"{name}: {columns} values to {rows}"
        axes.text(left + columns / 2, 9.5, words, fontsize=13, **MIDDLE)
    axes.set(aspect="equal", xlim=(-0.1, 15.6), ylim=(-0.1, 9.9))
    axes.axis("off")
    return figure


PICTURES = (
    Drawing("ad-softplus.svg", (), softplus_and_its_slope),
    Drawing("ad-optimisers.svg", (), optimisers),
    Drawing("ad-tape.svg", (), tape_of_a_program),
    Drawing("ad-convolution-bands.svg", (), convolution_bands),
)
