"""Why a mutant that the tests let pass changes nothing that matters."""

SYMMETRIC = "the same value: the arguments may change places"

REASONS: dict[str, str] = {
    "autograd_lite/gradcheck.py: _dot(vjp(dy), direction) -> _dot(direction, vjp(dy))": SYMMETRIC,
    "autograd_lite/gradcheck.py: max(scale, 1e-30) -> max(1e-30, scale)": SYMMETRIC,
    "autograd_lite/gradcheck.py: zip(leaves(a), leaves(b), strict=True)"
    " -> zip(leaves(b), leaves(a), strict=True)": SYMMETRIC,
    "autograd_lite/ops.py: np.maximum(x, 0) -> np.maximum(0, x)": SYMMETRIC,
    "autograd_lite/record.py: b.swapaxes(-1, -2) -> b.swapaxes(-2, -1)": SYMMETRIC,
    "autograd_lite/record.py: a.swapaxes(-1, -2) -> a.swapaxes(-2, -1)": SYMMETRIC,
    "gan/schedule.py: max(left, 0.0) -> max(0.0, left)": SYMMETRIC,
    "rbm/exact.py: np.maximum(top, log_w.max(axis=0))"
    " -> np.maximum(log_w.max(axis=0), top)": SYMMETRIC,
    "rbm/exact.py: min(first + CHUNK, 2 ** H) -> min(2 ** H, first + CHUNK)": SYMMETRIC,
    "rbm/model.py: np.clip(mean, 0.001, 0.999) -> np.clip(0.001, mean, 0.999)": "the same value:"
    " the larger of 0.001 and the mean, at most 0.999",
}
