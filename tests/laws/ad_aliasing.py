"""The law of arrays that change: what NumPy changes by other names, by views and in no copy."""

from copy import copy

import numpy as np
from hypothesis import strategies as st

from autograd_lite.tape import gradient
from tests.laws.draws import close, cut
from tests.laws.law import law

# Of an array of 3 by 3 numbers another: the same one, a view or a copy.
TAKEN = (
    lambda a: a,
    lambda a: a[::-1],
    lambda a: a.T,
    lambda a: a.T.reshape(9)[::-1].reshape(3, 3),  # a view or a copy, as the memory lies
    lambda a: a[[1, 0, 2]],
    copy,
    np.zeros_like,
)


def add(a, b, tanh):
    a += b


def shrink(a, b, tanh):
    a[1:] *= tanh(b[:2])


def fill(a, b, tanh):
    a[0] = tanh(b[:, 1])[None]


def fill_whole(a, b, tanh):
    a[:] = b[[2, 2, 0]] * 0.5


def through_a_row(a, b, tanh):
    row = a[1]
    row[::2] -= b[2, 1]
    a[2] = row


CHANGES = (add, shrink, fill, fill_whole, through_a_row)
WEIGHTS = np.arange(1.0, 10.0).reshape(3, 3)
places = st.integers(0, 6)
instructions = st.tuples(st.integers(0, len(TAKEN) + len(CHANGES) - 1), places, places)


def run(program, x, tanh):
    """What all arrays of a program hold at its end, in one number."""
    names = [x]
    for number, *places in program:
        a, b = (names[i % len(names)] for i in places)
        if number < len(TAKEN):
            names.append(TAKEN[number](a))
        else:
            CHANGES[number - len(TAKEN)](a, b, tanh)
    return sum((y * WEIGHTS * (i + 1)).sum() for i, y in enumerate(names))


@law("ad.29 ad.11", "autograd_lite.ops.tanh",
     program=st.lists(instructions, min_size=2, max_size=9), drawn=cut((3, 3)))  # fmt: skip
def the_tape_s_gradient_follows_every_name_view_and_copy_of_arrays_that_change(
    tanh, program, drawn
):
    (x,) = drawn
    (by_tape,) = gradient(lambda x: run(program, x, tanh), x)
    step = 1e-200
    for i in np.ndindex(3, 3):
        moved = x.astype(complex)
        moved[i] += 1j * step
        assert close(by_tape[i], run(program, moved, np.tanh).imag / step, 1e-9)
