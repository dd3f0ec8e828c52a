"""Errata of the gradient of log p(v)."""

from autograd_lite.ops import sigmoid
from grading.errata.form import PUBLIC, Pair, erratum
from grading.errata.machine import (
    DATA,
    HS,
    MACHINE,
    VS,
    W,
    ascent,
    b,
    mean_log_p,
    p_hidden,
    p_visible,
)
from rbm.gradient import nll_gradient
from rbm.model import Params, prob_v


@erratum(
    where="000 (9) as scanned, E7",
    says="The model's sum has the data's $`F(x)`$ in it.",
    right="It runs over the model's own images; else both phases cancel.",
    home="rbm.10",
    quantity="gradient of the mean log p by the first weight",
)
def same_image_twice() -> Pair:
    return -nll_gradient(DATA, DATA, *MACHINE).W[0, 0], ascent(p_visible()).W[0, 0]


@erratum(
    where="000 (10) to (12), E8, E9, E10",
    says="Model less data is called the gradient of $`\\log p`$.",
    right="That is the gradient of $`-\\log p`$.",
    home="rbm.10",
    quantity="gradient of the mean log p by the first weight",
)
def gradient_sign() -> Pair:
    right = ascent(p_visible()).W[0, 0]
    return -right, right


@erratum(
    where="000 (10) to (12), E14",
    says="So one may climb along them.",
    right="One has to go down along them.",
    home="rbm.10",
    quantity="rise of the mean log p by a step of 0.1 [nats/image]",
)
def climbing_down() -> Pair:
    def rise(rate: float) -> float:
        grads = ascent(p_visible())
        moved = Params(*(p + rate * g for p, g in zip(MACHINE, grads, strict=True)))
        return mean_log_p(moved) - mean_log_p(MACHINE)

    return rise(-0.1), rise(0.1)


@erratum(
    where="000 (11), E9",
    says="$`c_j`$ is missing inside the sigmoid.",
    right="It is $`P(h_j = 1 \\mid v)`$, bias included. Where biases are 0, no test sees it.",
    home="rbm.8",
    quantity="gradient of the mean log p by the third hidden bias",
)
def hidden_bias_forgotten() -> Pair:
    without_c = sigmoid(DATA @ W).mean(axis=0) - p_visible() @ sigmoid(VS @ W)
    return without_c[2], ascent(p_visible()).c[2]


@erratum(
    where="000 (12), E10",
    says="The model's term for a visible bias is multiplied by the pixel once more.",
    right="It is the mean of the pixel, or of its probability given the hidden units.",
    home="rbm.10",
    quantity="gradient of the mean log p by the first visible bias",
)
def pixel_twice() -> Pair:
    doubled = p_hidden() @ prob_v(HS, W, b)[:, 0] ** 2  # mean of v_1 P(v_1 = 1 given h)
    return DATA[:, 0].mean() - doubled, ascent(p_visible()).b[0]


@erratum(
    where=PUBLIC,
    says="Both phases are divided by the number of data rows.",
    right="Each is averaged over its own rows: the last batch of an epoch is short.",
    home="rbm.10",
    quantity="model's mean of the first pixel, 3 data rows, 10 chains",
)
def shared_rows() -> Pair:
    v, chains = DATA[:3], VS[6:]
    right = nll_gradient(v, chains, *MACHINE).b[0] + v.mean(axis=0)[0]
    return chains.sum(axis=0)[0] / len(v), right
