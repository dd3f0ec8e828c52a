"""Drawn digits and letters: handwriting made from strokes, for when MNIST cannot be had.

Every glyph, one shape of a character, is a row of control points (data/glyphs.py). To write it, its
points are shaken, bent, slanted and turned; smooth curves are laid through them; ink is put along
the curves; and the result is framed as MNIST was: the ink scaled to fit a box, then set in a larger
square by its centre of mass. Points and spreads were chosen by eye, beside handwriting; nothing is
fitted to MNIST.

Letters: n images, U distinct control points, T samples along the strokes of one glyph.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.glyphs import GLYPHS, LETTERS, Glyph

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

CHUNK = 250  # images drawn at once, in some 10 MB


class Alphabet(NamedTuple):
    """Characters, and their frame. MNIST's centres of mass lie at half the side, on average."""

    glyphs: tuple[Glyph, ...]
    side: int  # pixels of an image
    box: int  # pixels: the square that the ink fits


DIGITS = Alphabet(GLYPHS, 28, 20)
CAPITALS = Alphabet(LETTERS, 20, 14)


class Plan(NamedTuple):
    points: Floats  # (U, 2) control points
    shake: Floats  # (U, 1) how far each strays, on the sheet
    weights: Floats  # (T, U) samples along the strokes are weights @ points
    down: NDArray[np.bool_]  # (T - 1,) is the pen down from this sample to the next?


def _spline(knots: int, samples: int) -> Floats:
    """Weights (samples, knots) of a Catmull-Rom curve through `knots` points."""
    t = np.linspace(0, knots - 1, samples)
    k = np.minimum(t.astype(int), knots - 2)
    u = t - k
    cubics = (-u + 2 * u**2 - u**3, 2 - 5 * u**2 + 3 * u**3, u + 4 * u**2 - 3 * u**3, u**3 - u**2)
    weights = np.zeros((samples, knots), np.float32)
    for j, cubic in enumerate(cubics):  # at the ends, the missing neighbour is the end itself
        np.add.at(weights, (np.arange(samples), np.clip(k + j - 1, 0, knots - 1)), cubic / 2)
    return weights


def _plan(glyph: Glyph) -> Plan:
    strokes = [
        np.array([xy.split(",") for xy in s.split()], float) for s in glyph.strokes.split("|")
    ]
    # One row for each distinct point, so that strokes which share a point move it together.
    points, index, uses = np.unique(
        np.concatenate(strokes), axis=0, return_inverse=True, return_counts=True
    )
    owners = np.split(index.ravel(), np.cumsum([len(s) for s in strokes])[:-1])
    shake = np.full((len(points), 1), 0.42, np.float32)
    shake[[o[end] for o in owners for end in (0, -1)]] = 0.75  # where a pen lands or leaves
    shake[uses > 1] = 0.42
    lengths = [np.hypot(*np.diff(s, axis=0).T).sum() for s in strokes]
    samples = [2 * math.ceil(length) + 2 for length in lengths]  # under a pixel apart
    weights = [
        _spline(len(o), t) @ np.eye(len(points), dtype=np.float32)[o]
        for o, t in zip(owners, samples, strict=True)
    ]
    down = np.diff(np.repeat(np.arange(len(strokes)), samples)) == 0
    return Plan(points.astype(np.float32), shake, np.concatenate(weights), down)


def _hand(rng: np.random.Generator, plan: Plan, count: int) -> Floats:
    """Samples (count, T, 2) along the strokes in `count` hands, on a sheet 2 high."""
    points = plan.points + plan.shake * rng.standard_normal((count, *plan.points.shape))
    x, y = np.moveaxis((points - [5, 7]) / 7, -1, 0)  # the sheet's middle is 0, its half height 1
    bend = rng.normal(0, 0.1, (6, count, 1))
    x, y = (
        x + bend[0] * x * x + bend[1] * x * y + bend[2] * y * y,
        y + bend[3] * x * x + bend[4] * x * y + bend[5] * y * y,
    )
    slant, turn = rng.normal(0.22, 0.22, (count, 1)), rng.normal(0, 0.1, (count, 1))
    x = x * np.exp(rng.normal(0, 0.15, (count, 1))) - slant * y
    cos, sin = np.cos(turn), np.sin(turn)
    turned = np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1)
    path: Floats = plan.weights @ turned.astype(np.float32)
    return path


def _pen(rng: np.random.Generator, path: Floats, box: int) -> tuple[Floats, Floats]:
    """Paths (n, T, 2), scaled so that their ink fits the box, and pen radii (n, T), in pixels."""
    n, t, _ = path.shape
    nib = np.clip(0.15 * np.exp(rng.normal(0, 0.26, (n, 1))), 0.08, 0.26)  # radius on the sheet
    low, high = path.min(axis=1), path.max(axis=1)
    scale = box / ((high - low).max(axis=1, keepdims=True) + 2 * nib)
    pixels = (path - ((low + high) / 2)[:, None]) * scale[:, None] + (box - 1) / 2
    swing, phase = rng.uniform(3, 9, (n, 1)), rng.uniform(0, 2 * math.pi, (n, 1))
    pressure = rng.uniform(0, 0.25, (n, 1)) * np.sin(np.linspace(0, 1, t) * swing + phase)
    return pixels.astype(np.float32), (nib * scale * (1 + pressure)).astype(np.float32)


def _ink(pixels: Floats, radius: Floats, down: NDArray[np.bool_], box: int) -> Floats:
    """Ink (n, box, box) in [0, 1]: 1 nearer to the path than the radius, with an edge of a pixel.

    Gaussian dabs along a straight line add up to exp(-d^2 / 2 s^2) at the distance d from it, so
    the sum of all dabs, read backwards, is a distance. A dab is a column times a row, so the sum is
    one matrix product an image.
    """
    step = np.zeros_like(radius)
    length = np.hypot(*np.moveaxis(np.diff(pixels, axis=1), -1, 0)) * down
    step[:, 1:] += length / 2
    step[:, :-1] += length / 2
    s = radius / 2
    gaps = (pixels[..., None] - np.arange(box, dtype=np.float32)) / s[..., None, None]
    dabs: Floats = np.exp(-(gaps**2) / 2)  # (n, T, 2, box)
    columns = dabs[:, :, 1] * (step / (math.sqrt(2 * math.pi) * s))[..., None]
    dabbed = columns.transpose(0, 2, 1) @ dabs[:, :, 0]
    radii = np.sqrt(-np.log(dabbed.clip(1e-9, 1)) / 2)  # distance from the path, in radii
    inside: Floats = (1 - radii) * radius.mean(axis=1)[:, None, None]  # pixels
    return (inside + 0.5).clip(0, 1)


def _frame(ink: Floats, side: int) -> Bytes:
    """Set ink (n, box, box) in (n, side, side), moved by whole pixels to its centre of mass."""
    n, box, _ = ink.shape
    grid, mass = np.arange(box), ink.sum(axis=(1, 2))
    corners = [np.rint(side / 2 - ink.sum(axis=axis) @ grid / mass).astype(int) for axis in (2, 1)]
    rows, columns = (np.clip(c, 0, side - box)[:, None] + grid for c in corners)
    images = np.zeros((n, side, side), np.uint8)
    images[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None]] = np.rint(255 * ink)
    return images


def draw_glyph(
    rng: np.random.Generator, glyph: Glyph, count: int, alphabet: Alphabet = DIGITS
) -> Bytes:
    """Images (count, side, side) of one glyph, white (255) on black (0)."""
    plan, box = _plan(glyph), alphabet.box
    pen = _pen(rng, _hand(rng, plan, count), box)
    return _frame(_ink(*pen, plan.down, box), alphabet.side)


def draw_digits(
    rng: np.random.Generator, count: int, alphabet: Alphabet = DIGITS
) -> tuple[Bytes, Bytes]:
    """Images (count, side, side), white on black, and labels (count,) in random order.

    Each class has its share of `count`, rounded up or down.
    """
    classes = alphabet.glyphs[-1].label + 1
    labels = rng.permutation(np.arange(count) % classes).astype(np.uint8)
    person = rng.integers(10, size=count)
    images = np.empty((count, alphabet.side, alphabet.side), np.uint8)
    for label in range(classes):
        glyphs = [glyph for glyph in alphabet.glyphs if glyph.label == label]
        glyph_of = np.repeat(np.arange(len(glyphs)), [glyph.tenths for glyph in glyphs])[person]
        for k, glyph in enumerate(glyphs):
            rows = np.flatnonzero((labels == label) & (glyph_of == k))
            for some in np.split(rows, range(CHUNK, len(rows), CHUNK)):
                images[some] = draw_glyph(rng, glyph, len(some), alphabet)
    return images, labels


def drawn_digits(
    seed: int = 0, train: int = 60_000, test: int = 10_000, alphabet: Alphabet = DIGITS
) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Training images and labels, test images and labels; each half has a stream of its own."""
    train_rng, test_rng = np.random.default_rng(seed).spawn(2)
    return *draw_digits(train_rng, train, alphabet), *draw_digits(test_rng, test, alphabet)
