"""Test vectors: what the project's own functions make of the weights that are in the page.

The page's JavaScript must give the same numbers to 1e-4. A maker takes the page's arrays by name,
in float64, and yields vectors; MAKERS names all of them, by model.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from explore.calls import Arrays, Ref, Vector, written
from explore.vectors_networks import gan, vae
from explore.vectors_small import cd_bias, equations, game, neighbours
from rbm.model import Params, free_energy, prob_h, prob_v


def rbm(arrays: Arrays) -> Iterator[Vector]:
    """Two images and one that no digit looks like, in every machine."""
    D, rng = len(arrays["rbm.20.b"]), np.random.default_rng(0)
    digits = arrays["digits.images"][:2].reshape(2, D) > 127
    v = np.concatenate([digits, rng.random((1, D)) < 0.5]).astype(float)
    for hidden in (20, 100, 500):
        name = f"rbm.{hidden}"
        W, b, c = p = Params(*(arrays[f"{name}.{field}"] for field in Params._fields))
        h = (rng.random((3, hidden)) < 0.3).astype(float)
        refs = {field: Ref(f"{name}.{field}") for field in Params._fields}
        yield Vector("rbm.freeEnergy", (v, *refs.values()), free_energy(v, *p))
        yield Vector("rbm.probH", (v, refs["W"], refs["c"]), prob_h(v, W, c))
        yield Vector("rbm.probV", (h, refs["W"], refs["b"]), prob_v(h, W, b))


MAKERS: dict[str, Callable[[Arrays], Iterator[Vector]]] = {
    "rbm": rbm,
    "VAE": vae,
    "GAN": gan,
    "smallest game": game,
    "equations": equations,
    "bias of CD": cd_bias,
    "neighbours": neighbours,
}


def vectors(arrays: Arrays) -> dict[str, list[dict[str, Any]]]:
    """All vectors by model, for JSON."""
    return {
        model: [{name: written(x) for name, x in one._asdict().items()} for one in make(arrays)]
        for model, make in MAKERS.items()
    }
