"""The quick page's figures of the RBM show what they say they show."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

import figures.rbm
from autograd_lite.ops import sigmoid
from data.digits import draw_digits
from data.pixels import to_unit
from data.sets import DataSet
from figures.images import one_of_each
from figures.style import MISSING, Floats, paper
from rbm.model import Params
from tests.screen import pixels
from training.trained import Trained

RNG = np.random.default_rng(0)
DATA = DataSet("drawn digits", *draw_digits(RNG, 450), *draw_digits(RNG, 200))


def fake_machine(W: Floats, b: Floats | None = None, pixels: str = "none") -> Trained:
    D, H = W.shape
    params = Params(W, np.zeros(D, W.dtype) if b is None else b, np.zeros(H, W.dtype))
    rows = [
        {"epoch": e, "train_pseudo [n]": -H - e, "validation_pseudo [n]": H - e} for e in (1, 2)
    ]
    return Trained(params, SimpleNamespace(hidden=H, pixels=pixels), rows)


MACHINES = [
    fake_machine(RNG.normal(size=(784, H), scale=0.1).astype(np.float32), None, "threshold")
    for H in (6, 20, 120)
]


def tile(picture: Floats, left: int, top: int, scale: int, row: int, column: int) -> Floats:
    """A tile of a mosaic that was pasted, at its own size again: (28, 28, 3)"""
    y, x = top + 29 * scale * row, left + 29 * scale * column
    cut = picture[y : y + 28 * scale, x : x + 28 * scale, :3].reshape(28, scale, 28, scale, 3)
    assert (cut == cut[:, :1, :, :1]).all(), "the tile is not where it should be, or blurred"
    return cut[:, 0, :, 0]


def test_restored_digits_keep_what_was_given_and_miss_what_was_taken() -> None:
    picture = pixels(figures.rbm.restored(MACHINES, DATA))
    originals = paper((to_unit(one_of_each(DATA)) >= 0.5).astype(np.float32))
    masks: dict[tuple[int, int, int], NDArray[np.bool_]] = {}
    changed = 0
    for machine in range(3):
        for k, fraction in enumerate((0.2, 0.5, 0.8)):
            left, top = 140 + 590 * k, 84 + 188 * machine
            for i, original in enumerate(originals):
                first, corrupted, restored = (tile(picture, left, top, 2, r, i) for r in range(3))
                assert np.array_equal(first, original)
                missing = np.abs(corrupted - MISSING).max(axis=-1) < 0.0021
                assert missing.sum() == round(fraction * 784)
                assert np.array_equal(corrupted[~missing], original[~missing])
                assert np.array_equal(restored[~missing], original[~missing])
                assert (np.ptp(restored, axis=-1) == 0).all()  # grey: nothing is missing any more
                changed += int((restored[missing] != original[missing]).any())
                masks[machine, k, i] = missing
    for machine, k, i in masks:
        assert np.array_equal(masks[machine, k, i], masks[0, k, i])
        assert k == 0 or (masks[0, k - 1, i] <= masks[0, k, i]).all()
    assert changed == 90  # it is the machine that restores, and not the original that is shown


def test_pixels_are_as_the_run_saw_them() -> None:
    settings = SimpleNamespace(**vars(MACHINES[0].settings) | {"pixels": "none"})
    grey = MACHINES[0]._replace(settings=settings)
    picture = pixels(figures.rbm.restored([grey], DATA))
    first = tile(picture, 140, 84, 2, 0, 0)
    assert np.abs(first - paper(to_unit(one_of_each(DATA)))[0]).max() < 0.0021
    assert len(np.unique(first)) > 5


def test_filters_are_columns_of_W_the_strongest_first() -> None:
    W = np.full((784, 20), 0.001, np.float32)
    W[:28, 7] = 3.0  # positive in the top row of pixels
    W[0::28, 4] = -2.0  # negative in the left column
    W[:, 7] += np.where(np.arange(784) >= 756, -1.5, 0).astype(np.float32)
    picture = pixels(figures.rbm.filters([fake_machine(W)] * 3, DATA))
    strongest, second, third = (tile(picture, 15, 85, 4, 0, i) for i in range(3))
    red, blue = strongest[0], strongest[-1]
    assert (red[:, 0] > red[:, 2]).all() and (blue[:, 2] > blue[:, 0]).all()
    assert (second[:, 0, 2] > second[:, 0, 0]).all()
    # White stands for zero, and only for it.
    assert (strongest[1:-1].min() > 0.95) and (second[:, 1:].min() > 0.95)
    assert third.min() > 0.95
    assert np.allclose(strongest[0, 0], to_rgb("#67001f"), atol=0.01)  # the end of the scale
    assert np.allclose(strongest[-1, 0], to_rgb("#6bacd1"), atol=0.01)  # half way to the other


def test_filters_say_how_many_of_how_many() -> None:
    figure = figures.rbm.filters(MACHINES, DATA)
    assert [text.get_text() for text in figure.texts][1:] == [
        "6 hidden units, all",
        "20 hidden units, all",
        "120 hidden units, the 100 strongest",
    ]
    for axes in figure.axes:
        low, high = axes.get_xlim()
        assert low == -high < 0


def test_pseudo_likelihood_shows_the_metrics() -> None:
    figure = figures.rbm.pseudo_likelihood(MACHINES, DATA)
    (axes,) = figure.axes
    lines = {str(line.get_label()): line for line in axes.lines}
    assert len(lines) == 6
    for machine in MACHINES:
        for part, column, dashes in (
            ("training", "train_pseudo", "-"),
            ("validation", "validation_pseudo", "--"),
        ):
            line = lines[f"{machine.settings.hidden} hidden units, {part}"]
            assert np.array_equal(np.asarray(line.get_xdata()), [1, 2])
            assert np.array_equal(np.asarray(line.get_ydata()), machine.series(column))
            assert line.get_linestyle() == dashes
    assert "nats an image" in axes.get_ylabel() and axes.get_xlabel() == "epochs"


def test_samples_are_probabilities_that_noise_comes_to() -> None:
    b = np.linspace(-3, 3, 784, dtype=np.float32)
    picture = pixels(figures.rbm.samples([fake_machine(np.zeros((784, 5), np.float32), b)], DATA))
    for row, column in ((0, 0), (4, 5)):
        shown = tile(picture, 18, 90, 3, row, column)
        assert np.abs(shown - paper(sigmoid(b)[None])[0]).max() < 0.0021


def test_samples_come_from_coin_flips_by_many_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    def sweeps(rng: object, v: Floats, W: Floats, b: Floats, c: Floats, steps: int) -> Floats:
        assert set(np.unique(v)) == {0, 1} and abs(v.mean() - 0.5) < 0.02
        assert steps == figures.rbm.SWEEPS and len(v) == figures.rbm.CHAINS
        return np.repeat(np.arange(len(v), dtype=v.dtype)[:, None] % 2, 784, axis=1)

    monkeypatch.setattr(figures.rbm, "gibbs", sweeps)
    # One hidden unit: on where every pixel is on, off where none is.
    params = Params(*(np.full(s, x, np.float32) for s, x in (((784, 1), 1), (784, -0.5), (1, -9))))
    machine = Trained(params, SimpleNamespace(hidden=1), [])
    picture = pixels(figures.rbm.samples([machine], DATA))
    off, on = 1 - sigmoid(np.array([-0.5, 0.5]))
    for k in range(figures.rbm.CHAINS):
        shown = tile(picture, 18, 90, 3, *divmod(k, 6))
        assert np.abs(shown - (on if k % 2 else off)).max() < 0.0021
