"""Laws of convolution and of its transpose: adjoints, symmetries, what one pixel comes to."""

import numpy as np
from hypothesis import strategies as st

from autograd_lite.tape import gradient
from tests.laws.ad_windows import PATCHES, SCATTER, images, places, whole
from tests.laws.law import law

C, A = "autograd_lite.conv.", "autograd_lite.ops."
CONV, TRANSPOSE, VJP_K = C + "conv2d", C + "conv_transpose2d", C + "conv2d_vjp_K"


@law("ad.34 ad.35", CONV, TRANSPOSE, images=images())
def the_transposed_convolution_is_the_adjoint_of_the_convolution(conv, transpose, images):
    x, y, K, s = images
    fits = x.shape[1] % s == x.shape[2] % s == 0
    back = transpose(y, K, s) if fits else transpose(y, K, s, x.shape[1:3])
    assert (conv(x, K, s) * y).sum() == (x * back).sum()


@law("ad.34 ad.36", CONV, VJP_K, images=images(), data=st.data())
def a_convolution_is_linear_in_its_kernel_with_its_gradient_for_slope(conv, vjp_K, images, data):
    x, y, K, s = images
    dK, other = vjp_K(y, x, len(K), s), data.draw(whole(*K.shape))
    assert ((conv(x, K + other, s) - conv(x, K, s)) * y).sum() == (dK * other).sum()


@law("ad.35 ad.36", TRANSPOSE, VJP_K, images=images())
def the_kernel_has_the_same_gradient_in_the_transposed_convolution(transpose, vjp_K, images):
    x, y, K, s = images
    dK = vjp_K(y, x, len(K), s)
    assert (x * transpose(y, K, s, x.shape[1:3])).sum() == (dK * K).sum()


@law("ad.32 ad.33 ad.34 ad.35 ad.36", PATCHES, SCATTER, CONV, TRANSPOSE, VJP_K, images=images())
def all_three_maps_are_sums_of_products_over_windows(
    patches, scatter, conv, transpose, vjp_K, images
):
    x, y, K, s = images
    p = patches(x, len(K), s)
    assert np.array_equal(conv(x, K, s), np.einsum("nabijc,ijcf->nabf", p, K))
    assert np.array_equal(vjp_K(y, x, len(K), s), np.einsum("nabijc,nabf->ijcf", p, y))
    back = scatter(np.einsum("nabf,ijcf->nabijc", y, K), x.shape, s)
    assert np.array_equal(transpose(y, K, s, x.shape[1:3]), back)


@law("ad.34 ad.35", CONV, TRANSPOSE, images=images(3))
def a_shift_by_a_stride_is_a_shift_by_a_pixel_and_back(conv, transpose, images):
    x, y, K, s = images
    far = len(K) + s  # from all edges
    sides = (
        ((0, 0), (far, far + s), (far, far), (0, 0)),
        ((0, 0), (far + s, far), (far, far), (0, 0)),
    )
    here, moved = (conv(np.pad(x, zeros), K, s) for zeros in sides)
    assert np.array_equal(moved[:, 1:], here[:, :-1])
    sides = (
        ((0, 0), (far, far + 1), (far, far), (0, 0)),
        ((0, 0), (far + 1, far), (far, far), (0, 0)),
    )
    here, moved = (transpose(np.pad(y, zeros), K, s) for zeros in sides)
    assert np.array_equal(moved[:, s:], here[:, :-s])


@law("ad.35", TRANSPOSE, images=images(), data=st.data())
def a_pixel_stamps_the_kernel_where_its_window_stands(transpose, images, data):
    x, y, K, s = images
    n, a, b, f = (data.draw(st.integers(0, size - 1)) for size in y.shape)
    one = np.zeros_like(y)
    one[n, a, b, f] = 1
    rows, columns = places(x.shape[1], len(K), s)[a], places(x.shape[2], len(K), s)[b]
    stamped = np.pad(np.zeros_like(x), ((0, 0), (0, 1), (0, 1), (0, 0)))
    stamped[n, rows[:, None], columns] = K[..., f]
    assert np.array_equal(transpose(one, K, s, x.shape[1:3]), stamped[:, :-1, :-1])


@law("ad.2 ad.3 ad.4 ad.34 ad.35 ad.36", CONV, TRANSPOSE, VJP_K,
     *(A + name for name in ("affine", "affine_vjp_x", "affine_vjp_Wb")),
     images=images(kernel=1, stride=1))  # fmt: skip
def a_kernel_of_one_pixel_is_an_affine_map_of_the_channels(
    conv, transpose, vjp_K, affine, affine_vjp_x, affine_vjp_Wb, images
):
    x, y, K, s = images
    W, none = K[0, 0], np.zeros(K.shape[-1])
    assert np.array_equal(conv(x, K, s), affine(x, W, none))
    assert np.array_equal(transpose(y, K, s), affine_vjp_x(y, W))
    assert np.array_equal(vjp_K(y, x, 1, s)[0, 0], affine_vjp_Wb(y, x)[0])


@law("ad.29 ad.34 ad.35 ad.36", CONV, TRANSPOSE, VJP_K, images=images(4))
def the_tape_finds_each_convolution_in_the_other_s_gradient(conv, transpose, vjp_K, images):
    x, y, K, s = images
    size, dK = x.shape[1:3], vjp_K(y, x, len(K), s)
    dx, by_conv = gradient(lambda x, K: (conv(x, K, s) * y).sum(), x, K)
    dy, by_transpose = gradient(lambda y, K: (transpose(y, K, s, size) * x).sum(), y, K)
    assert np.array_equal(dx, transpose(y, K, s, size)) and np.array_equal(dy, conv(x, K, s))
    assert np.array_equal(by_conv, dK) and np.array_equal(by_transpose, dK)
