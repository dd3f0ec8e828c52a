"""Laws of the operations and of their rules."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.laws.draws import arrays, close, numbers, reals, sizes, whole
from tests.laws.law import law

A = "autograd_lite.ops."
SIGMOID, SOFTPLUS, TANH, LOG_SIGMOID = A + "sigmoid", A + "softplus", A + "tanh", A + "log_sigmoid"
RELU, RELU_VJP, ELU = A + "relu", A + "relu_vjp", A + "elu"
LEAKY, LEAKY_VJP = A + "leaky_relu", A + "leaky_relu_vjp"
AFFINE, VJP_X, VJP_WB = A + "affine", A + "affine_vjp_x", A + "affine_vjp_Wb"

shapes = hnp.array_shapes(max_dims=2, max_side=4)
x = reals(shapes)
pairs = shapes.flatmap(lambda shape: st.tuples(reals(shape), reals(shape)))
small_pairs = shapes.flatmap(lambda shape: st.tuples(arrays(shape), arrays(shape)))
slope = numbers(0.01, 0.99)
ROUNDING = 1e-15  # a few roundings of a number of size 1


@law("ad.15", SOFTPLUS, x=x)
def softplus_exceeds_the_positive_part_of_x_by_at_most_log_2(softplus, x):
    more = softplus(x) - np.maximum(x, 0)
    assert np.all((0 <= more) & (more <= np.log(2)))
    assert np.all(more[(-700 < x) & (x < 30)] > 0)


@law("ad.15", SOFTPLUS, x=arrays(shapes, 700))
def the_exponential_of_softplus_is_1_more_than_that_of_x(softplus, x):
    assert np.all(abs(np.expm1(softplus(x)) / np.exp(x) - 1) <= ROUNDING * (2 + abs(x)))


@law("ad.15 ad.16", SOFTPLUS, A + "softplus_vjp", pair=pairs)
def softplus_is_above_each_of_its_tangents(softplus, softplus_vjp, pair):
    x, y = pair
    tangent = softplus(x) + softplus_vjp(y - x, x)
    assert np.all(softplus(y) >= tangent - ROUNDING * (1 + abs(x) + abs(y)))


@law("ad.17", LOG_SIGMOID, x=x)
def log_sigmoid_of_x_is_x_more_than_that_of_minus_x(log_sigmoid, x):
    assert close(log_sigmoid(x) - log_sigmoid(-x), x, 2 * ROUNDING)


@law("ad.9 ad.17", SIGMOID, LOG_SIGMOID, x=x)
def log_sigmoid_is_the_logarithm_of_the_sigmoid(sigmoid, log_sigmoid, x):
    assert close(np.exp(log_sigmoid(x)), sigmoid(x), ROUNDING)


@law("ad.9", SIGMOID, x=arrays(shapes, 30))
def the_odds_of_the_sigmoid_are_the_exponential_of_its_argument(sigmoid, x):
    odds = np.exp(x)
    assert np.all(abs(sigmoid(x) - odds * sigmoid(-x)) <= ROUNDING * (1 + odds))


@law("ad.9 ad.11", SIGMOID, TANH, x=x)
def tanh_is_a_sigmoid_stretched_to_lie_between_minus_1_and_1(sigmoid, tanh, x):
    assert close(tanh(x), 2 * sigmoid(2 * x) - 1, ROUNDING)


@law("ad.11", TANH, pair=small_pairs)
def tanh_of_a_sum_follows_the_addition_theorem(tanh, pair):
    x, y = pair
    a, b = tanh(x), tanh(y)
    assert np.all(abs(tanh(x + y) * (1 + a * b) - (a + b)) <= 4 * ROUNDING)


@law("ad.9 ad.10", SIGMOID, A + "sigmoid_vjp", x=x, dy=numbers(4))
def the_slope_of_the_sigmoid_is_the_sigmoid_of_x_times_that_of_minus_x(sigmoid, vjp, x, dy):
    assert close(vjp(dy, sigmoid(x)), dy * sigmoid(x) * sigmoid(-x), 4 * ROUNDING)


@law("ad.11 ad.12", TANH, A + "tanh_vjp", x=arrays(shapes, 8), dy=numbers(4))
def the_slope_of_tanh_is_1_over_the_square_of_cosh(tanh, tanh_vjp, x, dy):
    square = np.cosh(x) ** 2
    assert np.all(abs(tanh_vjp(dy, tanh(x)) * square - dy) <= ROUNDING * abs(dy) * square)


@law("ad.13", ELU, pair=small_pairs)
def left_of_0_one_more_than_elu_makes_products_of_sums(elu, pair):
    x, y = (-abs(a) for a in pair)
    assert close((1 + elu(x)) * (1 + elu(y)), 1 + elu(x + y), 4 * ROUNDING)


@law("ad.13 ad.14", ELU, A + "elu_vjp", pair=pairs)
def elu_is_above_each_of_its_tangents(elu, elu_vjp, pair):
    x, y = pair
    tangent = elu(x) + elu_vjp(y - x, elu(x))
    assert np.all(elu(y) >= tangent - ROUNDING * (1 + abs(x) + abs(y)))


@law("ad.5", RELU, x=x)
def the_relus_of_x_and_minus_x_are_the_two_parts_of_x(relu, x):
    assert np.array_equal(relu(x) - relu(-x), x)
    assert np.array_equal(relu(x) + relu(-x), abs(x))


@law("ad.5 ad.6", RELU, RELU_VJP, x=x)
def a_relu_is_its_slope_times_its_input(relu, relu_vjp, x):
    assert np.array_equal(relu_vjp(x, relu(x)), relu(x))  # Euler: it is homogeneous


@law("ad.7 ad.8", LEAKY, LEAKY_VJP, x=x, slope=slope)
def a_leaky_relu_is_its_slope_times_its_input(leaky_relu, leaky_relu_vjp, x, slope):
    assert np.array_equal(leaky_relu_vjp(x, leaky_relu(x, slope), slope), leaky_relu(x, slope))


@law("ad.5 ad.7", RELU, LEAKY, x=x, slope=slope)
def a_leaky_relu_is_a_mean_of_its_input_and_a_relu(relu, leaky_relu, x, slope):
    assert close(leaky_relu(x, slope), slope * x + (1 - slope) * relu(x), ROUNDING)


@st.composite
def affine_maps(draw):
    """x, W, b and a step in each; and a gradient of the output; of whole numbers."""
    rows, M, N = draw(shapes), draw(sizes), draw(sizes)
    inputs, steps = [[draw(whole(s)) for s in ((*rows, M), (M, N), N)] for _ in range(2)]
    return inputs, steps, draw(whole((*rows, N)))


@law("ad.2", AFFINE, map=affine_maps())
def an_affine_map_takes_0_to_its_bias_and_a_unit_vector_to_a_row_more(affine, map):
    (_, W, b), *_ = map
    assert np.array_equal(affine(0 * W.T, W, b), 0 * W.T @ W + b)
    assert np.array_equal(affine(np.eye(len(W)), W, b) - b, W)


@law("ad.2 ad.3 ad.4", AFFINE, VJP_X, VJP_WB, map=affine_maps())
def the_rules_of_an_affine_map_are_adjoint_to_its_differential(affine, vjp_x, vjp_Wb, map):
    (x, W, b), (u, V, d), dy = map
    differential = affine(x, V, d) + affine(u, W, 0 * b)
    dx, (dW, db) = vjp_x(dy, W), vjp_Wb(dy, x)
    assert (differential * dy).sum() == (u * dx).sum() + (V * dW).sum() + (d * db).sum()
