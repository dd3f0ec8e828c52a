"""Why a mutant that the tests or the grader let pass is harmless, "the same value", or else why it
is let pass.
"""

SYMMETRIC = "the same value: the arguments may change places"
FARTHER = "the same value: no window reads so far behind the image"
UNLIKELY = "the same value, unless a draw is this number exactly"
TYPES = "the same value: what a type variable stands for is not looked at when the code runs"

REASONS: dict[str, str] = {
    "autograd_lite/conv.py: max((outputs - 1) * s + k - n, 0)"
    " -> max(0, (outputs - 1) * s + k - n)": SYMMETRIC,
    "autograd_lite/conv.py: total - total // 2 -> total + total // 2": FARTHER,
    "autograd_lite/conv.py: total - total // 2 -> total": FARTHER,
    "autograd_lite/gradcheck.py: _dot(vjp(dy), direction) -> _dot(direction, vjp(dy))": SYMMETRIC,
    "autograd_lite/gradcheck.py: max(scale, 1e-30) -> max(1e-30, scale)": SYMMETRIC,
    "autograd_lite/gradcheck.py: zip(leaves(a), leaves(b), strict=True)"
    " -> zip(leaves(b), leaves(a), strict=True)": SYMMETRIC,
    "autograd_lite/ops.py: np.maximum(x, 0) -> np.maximum(0, x)": SYMMETRIC,
    "autograd_lite/optim.py: tree_map(np.add, params, velocity)"
    " -> tree_map(np.add, velocity, params)": SYMMETRIC,
    "autograd_lite/record.py: b.swapaxes(-1, -2) -> b.swapaxes(-2, -1)": SYMMETRIC,
    "autograd_lite/record.py: a.swapaxes(-1, -2) -> a.swapaxes(-2, -1)": SYMMETRIC,
    "gan/mlp.py: np.float32(1) -> 1": "the same value: either leaves an array its dtype",
    "gan/mlp.py: rng.random((batch, len(b)), dtype=np.float32) >= rate"
    " -> rng.random((batch, len(b)), dtype=np.float32) > rate": UNLIKELY,
    "gan/players.py: zip(by_real, by_fake, strict=True)"
    " -> zip(by_fake, by_real, strict=True)": SYMMETRIC,
    "gan/schedule.py: TypeVar('Rate', float, NDArray[np.floating])"
    " -> TypeVar(float, 'Rate', NDArray[np.floating])": TYPES,
    "gan/schedule.py: TypeVar('Rate', float, NDArray[np.floating])"
    " -> TypeVar('Rate', NDArray[np.floating], float)": TYPES,
    "gan/schedule.py: max(left, 0.0) -> max(0.0, left)": SYMMETRIC,
    "rbm/exact.py: H > 30 -> H >= 30": "the first to differ is a machine of 30 hidden units, whose"
    " 2**30 states take too long",
    "rbm/exact.py: np.maximum(top, log_w.max(axis=0))"
    " -> np.maximum(log_w.max(axis=0), top)": SYMMETRIC,
    "rbm/exact.py: min(first + CHUNK, 2 ** H) -> min(2 ** H, first + CHUNK)": SYMMETRIC,
    "rbm/gibbs.py: uniform < probs -> uniform <= probs": UNLIKELY,
    "rbm/model.py: np.abs(W) > 2 -> np.abs(W) >= 2": UNLIKELY,
    "rbm/model.py: np.clip(mean, 0.001, 0.999) -> np.clip(0.001, mean, 0.999)": "the same value:"
    " the larger of 0.001 and the mean, at most 0.999",
}
