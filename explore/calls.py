"""Calls of the page's functions, and what Python gets for them: as JSON holds them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.ops import Array

Arrays = Mapping[str, Any]


class Ref(NamedTuple):
    """An argument that is in the page already, by its name, such as rbm.500.W or vae.2"""

    ref: str


class Vector(NamedTuple):
    """A call of a function of the page, as module.function, and what Python gets."""

    function: str
    arguments: tuple[Any, ...]  # arrays, numbers, text, or a Ref
    expected: Array


def written(value: Any) -> Any:
    """An argument or a result, as JSON holds it; arrays row by row, in one list."""
    if isinstance(value, Ref):
        return value._asdict()
    if isinstance(value, tuple):
        return [written(one) for one in value]
    return np.asarray(value).ravel().tolist() if isinstance(value, np.ndarray) else value
