"""Laws of what the VAE's training minimises."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograd_lite.tape import gradient as slope
from autograd_lite.tree import tree_map
from tests.laws.draw_networks import alike, dense, without_scale
from tests.laws.draws import numbers
from tests.laws.law import law
from vae import mlp
from vae.objective import LIKELIHOODS, SCALES, Dense

COSTS, GRADIENT = "vae.objective.costs", "vae.objective.gradient"
activations, likelihoods = (
    st.sampled_from(["relu", "elu", "tanh"]),
    st.sampled_from(list(LIKELIHOODS)),
)


@law("vae.28", COSTS, drawn=dense(1), activation=activations)
def every_image_s_costs_are_its_own(costs, drawn, activation):
    x, _, eps, p, _ = drawn
    nll, kl = costs(x, eps, Dense(p, activation), "gaussian")
    for b in range(len(x)):
        alone = costs(x[[b]], eps[:, [b]], Dense(p, activation), "gaussian")
        assert alike((nll[:, [b]], kl[[b]]), tuple(alone))


class Seeing:
    """A network whose encoder is given one batch of images, whatever the cost is of."""

    def __init__(self, seen: Any, params: Any) -> None:
        self.forward = lambda x, eps: mlp.forward(seen, eps, params, "tanh")


@law("vae.29", COSTS, GRADIENT, drawn=dense(1), likelihood=likelihoods, beta=numbers(0.0, 3.0))
def the_gradient_is_the_slope_of_the_mean_cost_of_what_is_to_come_back(
    costs, gradient, drawn, likelihood, beta
):
    x, seen, eps, p, _ = drawn
    if not SCALES[likelihood]:
        p = without_scale(p)

    def cost(p: Any) -> Any:
        nll, kl = costs(x, eps, Seeing(seen, p), likelihood)
        return nll.mean() + beta * kl.mean()

    (by_tape,) = slope(cost, p)
    assert alike(gradient(x, eps, Dense(p, "tanh"), likelihood, beta, seen), by_tape)


@law("vae.29", GRADIENT, drawn=dense(), activation=activations, beta=numbers(0.0, 3.0))
def the_gradient_of_a_batch_is_the_mean_over_its_images_and_samples(
    gradient, drawn, activation, beta
):
    x, _, eps, p, _ = drawn
    network = Dense(p, activation)
    parts = [
        gradient(x[[b]], eps[[k]][:, [b]], network, "squared", beta)
        for k, b in np.ndindex(eps.shape[:2])
    ]
    mean = tree_map(lambda *g: sum(g) / len(parts), *parts)
    assert alike(gradient(x, eps, network, "squared", beta), mean)
