"""The second and the third witness for a gradient that was written by hand."""

import numpy as np

from autograd_lite import tape
from autograd_lite.gradcheck import directional_error
from autograd_lite.tree import leaves, tree_map


def assert_close(by_hand, witness, tolerance=1e-13):
    """The same shapes, and no entry further off than `tolerance` of the largest, or of 1."""
    for a, b in zip(leaves(by_hand), leaves(witness), strict=True):
        assert a.shape == b.shape
        assert np.abs(a - b).max() <= tolerance * max(1, np.abs(b).max())


def assert_gradient(by_hand, f, at, differences=1e-9, by_tape=None):
    """`by_hand` is the gradient of the scalar f(at): by the tape, and by finite differences.

    Where the tape cannot follow f, `by_tape` is the same function in another form.
    """
    assert_close(by_hand, tape.gradient(by_tape or f, at)[0])
    rng = np.random.default_rng(0)
    rule = lambda dy: (tree_map(lambda g: dy * g, by_hand),)  # noqa: E731
    assert directional_error(rng, f, rule, at) < differences
