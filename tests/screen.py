"""What figures show on the screen, pixel by pixel."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from figures.images import paper


def pixels(figure):
    """What is on the screen, (height, width, 3), in [0, 1]."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3] / 255


def assert_whole(screen, least, most):
    """Nothing is cut off, and (width, height) lies between two sizes."""
    edges = (screen[:2], screen[-2:], screen[:, :2], screen[:, -2:])
    assert all((edge == 1).all() for edge in edges), "it is cut off"
    assert all(a <= n <= b for a, n, b in zip(least, screen.shape[1::-1], most, strict=True))


def tiles(screen, left, top, scale, shape, gap=1, size=(28, 28)):
    """The tiles of a mosaic that was pasted, at their own size: (rows, columns, *size)"""
    found, (h, w) = np.empty((*shape, *size)), size
    for i, j in np.ndindex(*shape):
        y, x = top + (h + gap) * scale * i, left + (w + gap) * scale * j
        cut = screen[y : y + h * scale, x : x + w * scale].reshape(h, scale, w, scale, 3)
        assert (cut == cut[:, :1, :, :1, :1]).all(), "the tile is elsewhere, blurred or coloured"
        found[i, j] = cut[:, 0, :, 0, 0]
    return found


def close(found, x):
    """Whether tiles (n, H, W) of the screen show images (n, D), up to the screen's levels."""
    return np.abs(found - paper(x, found.shape[-2:])[..., 0]).max() <= 0.51 / 255


def curves(axes):
    """Of each line, by what its label says before a colon: its x and its y."""
    lines = {str(line.get_label()).partition(":")[0]: line for line in axes.lines}
    return {label: tuple(map(list, line.get_data())) for label, line in lines.items()}


def band(axes, i, x):
    """Between which values the i-th band lies at x."""
    edge = axes.collections[i].get_paths()[0].vertices
    return sorted({*edge[edge[:, 0] == x, 1]})
