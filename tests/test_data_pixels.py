"""Pixels, the split and the batches: exact counts, nothing lost, nothing changed in place."""

from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.batches import batches, epoch_order
from data.pixels import Floats, binarise, keep_pixels, remove_pixels, to_unit
from data.sets import split

Float = type[np.floating[Any]]
both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])
seeds = st.integers(0, 2**32 - 1)
shares = st.floats(0, 1)
modes = st.sampled_from(["all", "ink"])


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def some_images(seed: int, n: int, pixels: int) -> Floats:
    """Images of which about half the pixels are ink, read-only."""
    draw = rng(seed)
    x: Floats = draw.random((n, pixels)) * (draw.random((n, pixels)) < 0.5)
    x.flags.writeable = False
    return x


@both_dtypes
def test_to_unit_is_grey_over_255(dtype: Float) -> None:
    images = np.arange(2 * 784, dtype=np.int64).astype(np.uint8).reshape(2, 28, 28)
    x = to_unit(images, dtype)
    assert x.shape == (2, 784) and x.dtype == dtype
    assert x.min() == 0 and x.max() == 1
    expected = np.array([dtype(int(grey)) / dtype(255) for grey in images.ravel()])
    assert np.array_equal(x.ravel(), expected)
    assert to_unit(images[:0]).shape == (0, 784)
    assert to_unit(images).dtype == np.float32


@both_dtypes
def test_threshold_is_one_from_a_half_on(dtype: Float) -> None:
    below = np.nextafter(dtype(0.5), dtype(0))
    x = np.array([[0, below, 0.5, 0.7, 1]], dtype)
    x.flags.writeable = False
    out = binarise(rng(), x, "threshold")
    assert out.tolist() == [[0, 0, 1, 1, 1]] and out.dtype == dtype
    assert np.array_equal(binarise(rng(), x, "none"), x)


@both_dtypes
def test_stochastic_is_one_with_the_probability_of_the_grey(dtype: Float) -> None:
    """20,000 images: means within 5 standard errors, and pixels of an image independent."""
    n = 20_000
    grey = np.linspace(0, 1, 21, dtype=dtype)
    x = np.tile(grey, (n, 1))
    x.flags.writeable = False
    out = binarise(rng(1), x, "stochastic")
    assert out.dtype == dtype and set(np.unique(out)) == {0, 1}
    variance = grey * (1 - grey)
    assert np.all(np.abs(out.mean(axis=0) - grey) <= 5 * np.sqrt(variance / n))
    # Independent pixels: the variance of an image's sum is the sum of the pixels' variances.
    total = variance.sum()
    assert abs(out.sum(axis=1).var() - total) <= 5 * total * np.sqrt(2 / n)


def test_stochastic_draws_are_the_same_in_both_precisions_and_fresh_at_each_call() -> None:
    x = np.full((10, 100), 0.25)
    draw = rng(2)
    first, second = binarise(draw, x, "stochastic"), binarise(draw, x, "stochastic")
    assert not np.array_equal(first, second)
    assert np.array_equal(binarise(rng(2), x.astype(np.float32), "stochastic"), first)


@both_dtypes
def test_once_draws_grey_as_stochastic_does_and_leaves_black_and_white_as_it_is(
    dtype: Float,
) -> None:
    grey = rng(3).random((10, 100)).astype(dtype)
    drawn = binarise(rng(2), grey, "once")
    assert np.array_equal(drawn, binarise(rng(2), grey, "stochastic")) and drawn.dtype == dtype
    for seed in range(3):
        again = binarise(rng(seed), drawn, "once")
        assert np.array_equal(again, drawn) and again.dtype == dtype
        assert not np.array_equal(binarise(rng(seed), grey, "once"), drawn) or seed == 2


@both_dtypes
def test_pixels_are_kept_with_the_probability_that_was_asked_for(dtype: Float) -> None:
    """20,000 images: shares within 5 standard errors, and pixels of an image independent."""
    n, share = 20_000, 0.95
    x = np.tile(np.linspace(0.05, 1, 20, dtype=dtype), (n, 1))
    x.flags.writeable = False
    seen = keep_pixels(rng(1), x, share)
    kept = seen != 0
    assert seen.dtype == dtype and np.array_equal(seen[kept], x[kept])
    variance = share * (1 - share)
    assert np.all(np.abs(kept.mean(axis=0) - share) <= 5 * np.sqrt(variance / n))
    # Independent pixels: the variance of an image's count is the sum of the pixels' variances.
    counts = kept.sum(axis=1)
    squares = (counts - counts.mean()) ** 2
    assert abs(squares.mean() - 20 * variance) <= 5 * squares.std() / np.sqrt(n)


def test_kept_pixels_are_the_same_in_both_precisions_and_others_at_each_call() -> None:
    x = np.full((10, 100), 0.25)
    draw = rng(2)
    first, second = keep_pixels(draw, x, 0.5), keep_pixels(draw, x, 0.5)
    assert not np.array_equal(first, second)
    assert np.array_equal(keep_pixels(rng(2), x.astype(np.float32), 0.5), first)


def test_all_pixels_are_kept_or_none() -> None:
    x = some_images(4, 5, 30)
    draw = rng()
    assert np.array_equal(keep_pixels(draw, x, 1.0), x)
    assert draw.bit_generator.state == rng().bit_generator.state  # nothing was drawn for it
    assert not keep_pixels(draw, x, 0.0).any()


def test_an_unknown_way_to_binarise_is_one_sentence() -> None:
    with pytest.raises(ValueError, match=r"^mode is 'grey', expected 'threshold', .*\.$"):
        binarise(rng(), np.zeros((1, 4)), "grey")


@given(seeds, st.integers(0, 4), st.integers(1, 30), shares, modes)
def test_an_exact_share_goes_and_the_rest_stays(
    seed: int, n: int, pixels: int, share: float, of: Literal["all", "ink"]
) -> None:
    x = some_images(seed, n, pixels)
    damaged, known = remove_pixels(rng(seed), x, share, of)
    assert damaged.shape == known.shape == x.shape and known.dtype == np.bool_
    assert np.array_equal(damaged[known], x[known])
    assert not damaged[~known].any()
    removed = (~known).sum(axis=1)
    if of == "all":
        assert np.all(removed == round(share * pixels))
    else:
        assert np.all(removed == np.floor(share * (x != 0).sum(axis=1)))
        assert np.all(x[~known] != 0)


@given(seeds, shares, shares, modes)
def test_a_larger_share_takes_the_pixels_of_a_smaller_one_and_more(
    seed: int, one: float, other: float, of: Literal["all", "ink"]
) -> None:
    x = some_images(seed, 3, 40)
    less, more = rng(seed), rng(seed)
    _, known_less = remove_pixels(less, x, min(one, other), of)
    _, known_more = remove_pixels(more, x, max(one, other), of)
    assert np.all(known_less | ~known_more)
    assert less.bit_generator.state == more.bit_generator.state


@pytest.mark.parametrize("of", ["all", "ink"])
def test_every_pixel_goes_equally_often(of: Literal["all", "ink"]) -> None:
    """20,000 images of 20 pixels, 5 go: chi^2 with 19 degrees exceeds 75 once in 10^7 seeds."""
    n, pixels, share = 20_000, 20, 0.25
    _, known = remove_pixels(rng(3), np.ones((n, pixels)), share, of)
    counts = (~known).sum(axis=0)
    # A fixed count for each image makes pixels exclude one another: hence (pixels - 1) / pixels.
    spread = n * share * (1 - share) * pixels / (pixels - 1)
    assert np.sum((counts - n * share) ** 2) / spread < 75
    # Neighbours go together as often as any two do: 5 * 4 / (20 * 19); 5 standard errors.
    pair = 5 * 4 / (20 * 19)
    together = (~known[:, :-1] & ~known[:, 1:]).mean(axis=0)
    assert np.all(np.abs(together - pair) < 5 * np.sqrt(pair * (1 - pair) / n))


def test_share_nothing_and_everything() -> None:
    x = some_images(4, 5, 30)
    for of in ("all", "ink"):
        nothing, known = remove_pixels(rng(), x, 0, of)
        assert known.all() and np.array_equal(nothing, x)
        everything, known = remove_pixels(rng(), x, 1, of)
        assert not everything.any()
        assert np.array_equal(known, np.zeros_like(known) if of == "all" else x == 0)


def test_a_black_image_keeps_its_pixels_when_ink_goes() -> None:
    damaged, known = remove_pixels(rng(), np.zeros((2, 9)), 0.8, "ink")
    assert known.all() and not damaged.any()


@both_dtypes
def test_removal_keeps_the_dtype(dtype: Float) -> None:
    assert remove_pixels(rng(), np.ones((2, 9), dtype), 0.5, "all")[0].dtype == dtype


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan"), 50])
def test_a_share_outside_0_to_1_is_one_sentence(share: float) -> None:
    with pytest.raises(ValueError, match=rf"^share is {share}, expected a number from 0 to 1\.$"):
        remove_pixels(rng(), np.ones((2, 9)), share, "all")
    with pytest.raises(ValueError, match=r"^of is 'most', expected 'all' or 'ink'\.$"):
        remove_pixels(rng(), np.ones((2, 9)), 0.5, "most")  # type: ignore[arg-type]


@given(seeds, st.integers(0, 50), st.integers(1, 60))
def test_every_row_comes_once_an_epoch_and_the_short_batch_last(
    seed: int, n: int, batch_size: int
) -> None:
    pieces = list(batches(epoch_order(rng(seed), n), batch_size))
    assert sorted(row for piece in pieces for row in piece) == list(range(n))
    assert all(piece.dtype == np.intp for piece in pieces)
    assert [len(piece) for piece in pieces[:-1]] == [batch_size] * (len(pieces) - 1)
    if pieces:
        assert len(pieces[-1]) == (n % batch_size or batch_size)


def test_every_epoch_has_an_order_of_its_own() -> None:
    draw = rng(5)
    first, second = epoch_order(draw, 100), epoch_order(draw, 100)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, np.arange(100))


@pytest.mark.parametrize("size", [0, -3])
def test_a_batch_size_below_one_is_one_sentence(size: int) -> None:
    with pytest.raises(ValueError, match=rf"^batch_size is {size}, expected 1 or more\.$"):
        batches(np.arange(4), size)


def test_validation_is_the_end_of_the_training_set() -> None:
    rows = np.arange(60_000)
    train, validation = split(rows)
    assert np.array_equal(train, rows[:55_000]) and np.array_equal(validation, rows[55_000:])
    train, validation = split(rows, 0)
    assert np.array_equal(train, rows) and validation.shape == (0,)
    assert split(np.zeros((5, 28, 28), np.uint8), 2)[1].shape == (2, 28, 28)
    for bad in (-1, 60_000):
        with pytest.raises(ValueError, match=rf"^validation is {bad:,}, expected from 0 to 59,999"):
            split(rows, bad)
