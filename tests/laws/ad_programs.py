"""The law of the tape: it differentiates any program that can be drawn."""

import numpy as np
from hypothesis import strategies as st

from autograd_lite.tape import gradient
from tests.laws.ad_tape import A
from tests.laws.draws import arrays, close
from tests.laws.law import law

# The functions that a program may call, and what a textbook says they are.
CALLED = ("sigmoid", "softplus", "tanh", "log_sigmoid")
TEXTBOOK = (
    lambda z: 1 / (1 + np.exp(-z)),
    lambda z: np.log(1 + np.exp(z)),
    lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    lambda z: -np.log(1 + np.exp(-z)),
)


def filled(a, b):
    """Piece by piece, an entry twice, and read in between."""
    y = np.zeros_like(a)
    y[1:] = a[:2] - b[1] * 0.5
    y[0] = y[2] * 0.5
    y[:2] += b[1:] / 4
    return y


def matrix(a, b):
    return np.tanh(a).reshape(3, 1) * np.tanh(b) / 3


# Of two vectors of three numbers another; none makes the numbers much larger.
PRIMITIVES = (
    filled,
    lambda a, b: a + b,
    lambda a, b: b - 0.5 * a,
    lambda a, b: np.tanh(a) * b,
    lambda a, b: a / (1 + b * b),
    lambda a, b: np.exp(-np.square(a)) + b.mean(),
    lambda a, b: np.log(2 + a * a) * b[::-1] / 3,
    lambda a, b: (a[[0, 0, 2]].reshape(3, 1) * np.tanh(b)).sum(axis=0) / 3,
    lambda a, b: (matrix(a, b) + matrix(b, b).sum(axis=1, keepdims=True)) @ a,
    lambda a, b: a @ matrix(a, b).T,
    lambda a, b: (matrix(a, a) @ matrix(a, b))[1],
    lambda a, b: np.where(np.array([True, False, True]), a, b),
)
places = st.integers(0, 5)
instructions = st.tuples(st.integers(0, len(PRIMITIVES) + len(CALLED) - 1), places, places)
programs = st.lists(instructions, min_size=2, max_size=6)


def run(program, x, functions):
    """All values of a program; each instruction names a function and which values it takes."""
    values, calls = [x], [*PRIMITIVES, *(lambda a, _, f=f: f(a) for f in functions)]
    for number, *places in program:
        values.append(calls[number](*(values[i % len(values)] for i in places)))
    return values


@law(
    "ad.29 ad.9 ad.15 ad.17 ad.11",
    *(A + name for name in CALLED),
    program=programs,
    x=arrays(3, 3.0),
)
def the_tape_s_gradient_of_any_program_is_its_derivative_by_complex_steps(*called, program, x):
    (by_tape,) = gradient(lambda x: sum(v.sum() for v in run(program, x, called)), x)
    step = 1e-200
    for i in range(3):
        moved = run(program, x + 1j * step * np.eye(3)[i], TEXTBOOK)
        assert close(by_tape[i], sum(v.sum() for v in moved).imag / step, 1e-9)
