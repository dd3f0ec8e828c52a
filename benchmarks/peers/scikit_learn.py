"""scikit-learn's BernoulliRBM: persistent contrastive divergence with one sweep an update.

Its chains are hidden units, and it has no momentum; otherwise it is the same step. `_fit` is what
its `fit` does with every batch, in float32 where the images are; `partial_fit` turns them into
float64 first, which is slower.
"""

from itertools import count
from typing import Any

import numpy as np
from sklearn.neural_network import BernoulliRBM

from autograd_lite.ops import Array
from benchmarks.cases import Case, Run, first
from rbm.gibbs import bernoulli
from rbm.model import prob_h
from training.streams import stream


def run(case: Case) -> Run:
    settings, begun = case.settings, first(case)
    W, b, c = begun.params
    seeds = count()

    def start() -> Any:
        seed, model = next(seeds), BernoulliRBM(settings.hidden)
        model.set_params(learning_rate=settings.learning_rate, batch_size=case.rows)
        model.random_state_ = np.random.RandomState(seed)
        model.components_ = np.asarray(W.T.copy(), order="F")
        model.intercept_visible_, model.intercept_hidden_ = b.copy(), c.copy()
        model.h_samples_ = bernoulli(stream(seed, "h"), prob_h(begun.chains, W, c))
        return model

    def step(model: Any, x: Array) -> Any:
        model._fit((x >= 0.5).astype(x.dtype), model.random_state_)
        return model

    def result(model: Any) -> list[Array]:
        learned = model.components_.T, model.intercept_visible_, model.intercept_hidden_
        return [np.array(part) for part in learned]

    return Run(start, step, result)
