"""Pixels, the split and the batches: exact counts, nothing lost, nothing changed in place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.batches import batches, epoch_order
from data.pixels import binarise, keep_pixels, remove_pixels, to_unit
from data.sets import split

both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])
seeds = st.integers(0, 2**32 - 1)
fractions = st.floats(0, 1)
modes = st.sampled_from(["all", "ink"])


def rng(seed=0):
    return np.random.default_rng(seed)


def some_images(seed, n, pixels):
    """Images of which about half the pixels are ink, read-only."""
    draw = rng(seed)
    x = draw.random((n, pixels)) * (draw.random((n, pixels)) < 0.5)
    x.flags.writeable = False
    return x


@both_dtypes
def test_to_unit_is_grey_over_255(dtype):
    images = np.arange(2 * 784, dtype=np.int64).astype(np.uint8).reshape(2, 28, 28)
    x = to_unit(images, dtype)
    assert x.shape == (2, 784) and x.dtype == dtype
    expected = np.array([dtype(int(grey)) / dtype(255) for grey in images.ravel()])
    assert np.array_equal(x.ravel(), expected)
    assert to_unit(images[:0]).shape == (0, 784)
    assert to_unit(images).dtype == np.float32


@both_dtypes
def test_threshold_is_one_from_a_half_on(dtype):
    x = np.array([[0, np.nextafter(dtype(0.5), dtype(0)), 0.5, 0.7, 1]], dtype)
    x.flags.writeable = False
    out = binarise(rng(), x, "threshold")
    assert out.tolist() == [[0, 0, 1, 1, 1]] and out.dtype == dtype
    assert np.array_equal(binarise(rng(), x, "none"), x)
    with pytest.raises(ValueError, match=r"^mode is 'grey', expected 'threshold', .*\.$"):
        binarise(rng(), x, "grey")


# What is drawn from x, the probability that a pixel x of it is not 0, and its value then.
DRAWS = {
    "binarise": (lambda rng, x: binarise(rng, x, "stochastic"), lambda x: x, np.ones_like),
    "keep": (lambda rng, x: keep_pixels(rng, x, 0.9), lambda x: 0.9 * (x > 0), np.copy),
}


@both_dtypes
@pytest.mark.parametrize("kind", DRAWS)
def test_each_pixel_is_drawn_by_itself_with_its_probability(kind, dtype):
    """20,000 images: means and the variance of an image's count within 5 standard errors."""
    draw, probability, value = DRAWS[kind]
    n, grey = 20_000, np.linspace(0, 1, 21, dtype=dtype)
    x = np.tile(grey, (n, 1))
    x.flags.writeable = False
    out = draw(rng(1), x)
    there = out != 0
    assert out.dtype == dtype and np.array_equal(out[there], value(x)[there])
    mean = probability(grey)
    variance = mean * (1 - mean)
    assert np.all(np.abs(there.mean(axis=0) - mean) <= 5 * np.sqrt(variance / n))
    # Independent pixels: the variance of an image's count is the sum of the pixels' variances.
    counts = there.sum(axis=1)
    squares = (counts - counts.mean()) ** 2
    assert abs(squares.mean() - variance.sum()) <= 5 * squares.std() / np.sqrt(n)


@pytest.mark.parametrize("kind", DRAWS)
def test_draws_are_the_same_in_both_precisions_and_fresh_at_each_call(kind):
    draw, generator = DRAWS[kind][0], rng(2)
    x = np.full((10, 100), 0.25)
    first, second = draw(generator, x), draw(generator, x)
    assert not np.array_equal(first, second)
    assert np.array_equal(draw(rng(2), x.astype(np.float32)), first)


@both_dtypes
def test_once_draws_grey_as_stochastic_does_and_leaves_black_and_white(dtype):
    grey = rng(3).random((10, 100)).astype(dtype)
    drawn = binarise(rng(2), grey, "once")
    assert np.array_equal(drawn, binarise(rng(2), grey, "stochastic")) and drawn.dtype == dtype
    for seed in range(3):
        again = binarise(rng(seed), drawn, "once")
        assert np.array_equal(again, drawn) and again.dtype == dtype
        assert not np.array_equal(binarise(rng(seed), grey, "once"), drawn) or seed == 2


@given(seeds, st.integers(0, 4), st.integers(1, 30), fractions, modes)
def test_an_exact_fraction_goes_and_the_rest_stays(seed, n, pixels, fraction, of):
    x = some_images(seed, n, pixels)
    damaged, known = remove_pixels(rng(seed), x, fraction, of)
    assert damaged.shape == known.shape == x.shape and known.dtype == np.bool_
    assert np.array_equal(damaged[known], x[known])
    assert not damaged[~known].any()
    removed = (~known).sum(axis=1)
    if of == "all":
        assert np.all(removed == round(fraction * pixels))
    else:
        assert np.all(removed == np.floor(fraction * (x != 0).sum(axis=1)))
        assert np.all(x[~known] != 0)


@given(seeds, fractions, fractions, modes)
def test_a_larger_fraction_takes_the_pixels_of_a_smaller_one_and_more(seed, one, other, of):
    x = some_images(seed, 3, 40)
    less, more = rng(seed), rng(seed)
    _, known_less = remove_pixels(less, x, min(one, other), of)
    _, known_more = remove_pixels(more, x, max(one, other), of)
    assert np.all(known_less | ~known_more)
    assert less.bit_generator.state == more.bit_generator.state


@pytest.mark.parametrize("of", ["all", "ink"])
def test_every_pixel_goes_equally_often(of):
    """20,000 images of 20 pixels, 5 go: chi^2 with 19 degrees exceeds 75 once in 10^7 seeds."""
    n, pixels, fraction = 20_000, 20, 0.25
    _, known = remove_pixels(rng(3), np.ones((n, pixels)), fraction, of)
    counts = (~known).sum(axis=0)
    # A fixed count for each image makes pixels exclude one another: hence (pixels - 1) / pixels.
    spread = n * fraction * (1 - fraction) * pixels / (pixels - 1)
    assert np.sum((counts - n * fraction) ** 2) / spread < 75
    # Neighbours go together as often as any two do: 5 * 4 / (20 * 19); 5 standard errors.
    pair = 5 * 4 / (20 * 19)
    together = (~known[:, :-1] & ~known[:, 1:]).mean(axis=0)
    assert np.all(np.abs(together - pair) < 5 * np.sqrt(pair * (1 - pair) / n))


@both_dtypes
@pytest.mark.parametrize("of", ["all", "ink"])
def test_nothing_or_everything_is_removed(of, dtype):
    x, draw = some_images(4, 5, 30).astype(dtype), rng()
    assert np.array_equal(keep_pixels(draw, x, 1.0), x)
    assert draw.bit_generator.state == rng().bit_generator.state  # nothing was drawn for it
    assert not keep_pixels(draw, x, 0.0).any()
    nothing, known = remove_pixels(rng(), x, 0, of)
    assert known.all() and np.array_equal(nothing, x) and nothing.dtype == dtype
    everything, known = remove_pixels(rng(), x, 1, of)
    assert not everything.any()
    assert np.array_equal(known, np.zeros_like(known) if of == "all" else x == 0)
    with pytest.raises(ValueError, match=r"^of is 'most', expected 'all' or 'ink'\.$"):
        remove_pixels(rng(), x, 0.5, "most")
    for bad in (-0.01, 1.01, float("nan"), 50):
        with pytest.raises(ValueError, match=rf"^fraction is {bad}, expected a number from 0 to 1"):
            remove_pixels(rng(), x, bad, of)


@given(seeds, st.integers(0, 50), st.integers(1, 60))
def test_every_row_comes_once_an_epoch_and_the_short_batch_last(seed, n, batch_size):
    pieces = list(batches(epoch_order(rng(seed), n), batch_size))
    assert sorted(row for piece in pieces for row in piece) == list(range(n))
    assert all(piece.dtype == np.intp for piece in pieces)
    assert [len(piece) for piece in pieces[:-1]] == [batch_size] * (len(pieces) - 1)
    if pieces:
        assert len(pieces[-1]) == (n % batch_size or batch_size)


def test_every_epoch_has_an_order_of_its_own():
    draw = rng(5)
    first, second = epoch_order(draw, 100), epoch_order(draw, 100)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, np.arange(100))
    for size in (0, -3):
        with pytest.raises(ValueError, match=rf"^batch_size is {size}, expected 1 or more\.$"):
            batches(first, size)


def test_validation_is_the_end_of_the_training_set():
    rows = np.arange(60_000)
    train, validation = split(rows)
    assert np.array_equal(train, rows[:55_000]) and np.array_equal(validation, rows[55_000:])
    train, validation = split(rows, 0)
    assert np.array_equal(train, rows) and validation.shape == (0,)
    assert split(np.zeros((5, 28, 28), np.uint8), 2)[1].shape == (2, 28, 28)
    for bad in (-1, 60_000):
        with pytest.raises(ValueError, match=rf"^validation is {bad:,}, expected from 0 to 59,999"):
            split(rows, bad)
