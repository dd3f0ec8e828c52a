"""Errata of the costs of binary pixels."""

import numpy as np

from autograd_lite.losses import bernoulli_nll
from autograd_lite.ops import log_sigmoid
from grading.errata.form import PUBLIC, Pair, erratum

X, P = np.array([1.0, 0.0]), np.array([0.8, 0.6])  # two pixels, and their P(x = 1)
LOG_P = -float(bernoulli_nll(np.log(P / (1 - P)), X))


def nll(logit: float, x: float, dtype: type = np.float64) -> float:
    """bernoulli_nll of one pixel."""
    return float(bernoulli_nll(np.array([logit], dtype), np.array([x], dtype)))


def on_probabilities(logit: float, x: float) -> float:
    """The same in float32, as it is written on paper."""
    p = 1 / (1 + np.exp(-np.float32(logit)))
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(-(np.float32(x) * np.log(p) + np.float32(1 - x) * np.log(1 - p)))


@erratum(
    where="004, B26",
    says="The cost of a pixel 0 is minus the logarithm of 1 - p, where p may be rounded to 1.",
    right="Losses work on logits.",
    home="ad.12",
    quantity="cost of a pixel 0 at logit 17 in float32 [nats]",
)
def certain_and_wrong() -> Pair:
    return on_probabilities(17, 0), nll(17, 0, np.float32)


@erratum(
    where="004, B26",
    says="The same where the network is right: 0 times log 0 is added.",
    right="On logits there is no such product.",
    home="ad.12",
    quantity="cost of a pixel 1 at logit 17 in float32 [nats]",
)
def certain_and_right() -> Pair:
    return on_probabilities(17, 1), nll(17, 1, np.float32)


@erratum(
    where=PUBLIC,
    says="log(1 - p) is had from log p by log(-expm1(log p)).",
    right="It is the log-sigmoid of minus the logit.",
    home="ad.12",
    quantity="cost of a pixel 1 at logit 800 [nats]",
)
def log_expm1() -> Pair:
    log_p = log_sigmoid(np.array([800.0]))
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(-(1 * log_p + 0 * np.log(-np.expm1(log_p)))[0]), nll(800, 1)


@erratum(
    where="004, E41",
    says="The logarithm covers $`f^{x}`$ alone; $`(1-f)^{1-x}`$ is added to it.",
    right="It covers their product. No logarithm of a probability is above 0.",
    home="ad.12",
    quantity="log p of pixels 1 and 0 where P(1) is 0.8 and 0.6 [nats]",
)
def log_of_the_first_alone() -> Pair:
    return float((np.log(P**X) + (1 - P) ** (1 - X)).sum()), LOG_P


@erratum(
    where="004, E41",
    says="The same line, read as the logarithm of their sum.",
    right="The two factors multiply.",
    home="ad.12",
    quantity="log p of the same two pixels [nats]",
)
def log_of_the_sum() -> Pair:
    return float(np.log(P**X + (1 - P) ** (1 - X)).sum()), LOG_P


@erratum(
    where="001, E42",
    says="The cross-entropy is called a loss, but its minus is missing.",
    right="The loss is minus log p, at least 0. Without the minus, descent runs away.",
    home="ad.12",
    quantity="cost of a pixel 1 where P(1) is 0.8 [nats]",
)
def loss_without_minus() -> Pair:
    return float(np.log(0.8)), nll(np.log(4), 1)


@erratum(
    where="000, B20, E41",
    says="Cross-entropy on grey pixels is reported as a loss, as if a perfect fit brought it to 0.",
    right="Its least value is the entropy of the grey level.",
    home="rbm.22",
    quantity="cost of a grey pixel 0.5 restored as 0.5 [nats]",
)
def grey_costs_nothing() -> Pair:
    return 0.0, nll(0, 0.5)


@erratum(
    where="000 and 003, B20, E41",
    says="On grey pixels it is taken for minus the logarithm of a density.",
    right="It is the mean cost of the binary images that the grey levels stand for.",
    home="rbm.22",
    quantity="integral of exp(-cost) over grey 0 to 1, at logit 2",
)
def grey_density() -> Pair:
    x = (np.arange(1000.0) + 0.5) / 1000  # the middles of 1000 intervals
    return 1.0, float(np.exp(-bernoulli_nll(np.full((1000, 1), 2.0), x[:, None])).mean())
