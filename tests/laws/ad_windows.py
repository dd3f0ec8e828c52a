"""Laws of the windows of an image: where they stand, and what adding them back comes to.

All numbers are whole, so that equal means equal.
"""

from math import ceil

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.laws.law import law

C = "autograd_lite.conv."
PADDING, PATCHES, SCATTER = C + "padding", C + "patches", C + "scatter"


def whole(*shape):
    """Arrays of whole numbers, none a copy of another."""
    elements = st.integers(-9, 9).map(float)
    return hnp.arrays(np.float64, shape, elements=elements, fill=st.nothing())


@st.composite
def images(draw, side=5, kernel=3, stride=3):
    """The larger image x (B, H, W, C), the smaller y (B, H', W', F), a kernel K, the stride."""
    H, W, k, s = (draw(st.integers(1, most)) for most in (side, side, kernel, stride))
    B, C, F = (draw(st.integers(1, 2)) for _ in range(3))
    x, y = draw(whole(B, H, W, C)), draw(whole(B, ceil(H / s), ceil(W / s), F))
    return x, y, draw(whole(k, k, C, F)), s


def places(n, k, s):
    """Which of n pixels each entry of each window stands on, (outputs, k); -1 outside of them.

    The zeros that the windows need stand half before the pixels and half, or one more, after.
    """
    outputs = ceil(n / s)
    zeros = max((outputs - 1) * s + k - n, 0)
    place = s * np.arange(outputs)[:, None] + np.arange(k) - zeros // 2
    return np.where((0 <= place) & (place < n), place, -1)


def cover(n, k, s):
    """How many entries of windows stand on each of n pixels."""
    return (places(n, k, s)[..., None] == np.arange(n)).sum(axis=(0, 1))


@law("ad.31", PADDING, PATCHES, n=st.integers(1, 30), k=st.integers(1, 5), s=st.integers(1, 4))
def windows_need_no_fewer_zeros_and_the_odd_one_comes_after(padding, patches, n, k, s):
    outputs, before, after = padding(n, k, s)
    end = (outputs - 1) * s + k  # of the last window, from the first zero
    assert (outputs - 1) * s < n <= outputs * s and after - before in (0, 1)
    assert end == before + n + after or (before == after == 0 and end < n)
    place = s * np.arange(outputs)[:, None] + np.arange(k) - before
    there = patches(np.ones((1, n, 1, 1)), k, s)[0, :, 0, :, (k - 1) // 2, 0]
    assert np.array_equal(there, (0 <= place) & (place < n))


@law("ad.31 ad.32", PATCHES, images=images())
def an_entry_of_a_window_is_the_pixel_that_it_stands_on_or_0(patches, images):
    x, _, K, s = images
    rows, columns = (places(n, len(K), s) for n in x.shape[1:3])
    framed = np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)))  # where -1 leads to
    expected = framed[:, rows[:, None, :, None], columns[None, :, None, :]]
    assert np.array_equal(patches(x, len(K), s), expected)


@law("ad.32 ad.33", PATCHES, SCATTER, images=images(), data=st.data())
def adding_windows_back_is_the_adjoint_of_taking_them(patches, scatter, images, data):
    x, _, K, s = images
    windows = patches(x, len(K), s)
    others = data.draw(whole(*windows.shape))
    assert (windows * others).sum() == (x * scatter(others, x.shape, s)).sum()


@law("ad.32 ad.33", PATCHES, SCATTER, images=images())
def windows_added_back_multiply_a_pixel_by_how_many_cover_it(patches, scatter, images):
    x, _, K, s = images
    rows, columns = (cover(n, len(K), s) for n in x.shape[1:3])
    back = scatter(patches(x, len(K), s), x.shape, s)
    assert np.array_equal(back, x * rows[:, None, None] * columns[:, None])
