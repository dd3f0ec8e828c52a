"""Laws of both players' gradients, and of the learning rate."""

import numpy as np
from hypothesis import strategies as st

from autograd_lite.ops import Layer
from autograd_lite.tape import gradient as slope
from autograd_lite.tree import tree_map
from gan.losses import LOSSES, discriminator_loss
from gan.mlp import forward
from gan.players import generate
from tests.laws.draw_networks import alike, games
from tests.laws.draws import close, numbers
from tests.laws.law import law

P, RATE = "gan.players.", "gan.schedule.learning_rate"
D_GRADIENT, G_GRADIENT = P + "discriminator_gradient", P + "generator_gradient"
labels, losses = numbers(0.5, 1.0), st.sampled_from(list(LOSSES))


@law("gan.21", D_GRADIENT, drawn=games(), label=labels)
def the_discriminator_s_gradient_is_the_slope_of_its_mean_loss(gradient, drawn, label):
    z, x, G, D, (for_g, *masks) = drawn
    made, _ = generate(z, for_g, G)

    def cost(D):
        logits = [forward(i, m, D)[0][:, 0] for i, m in zip((x, made), masks, strict=True)]
        return discriminator_loss(*logits, label).mean()

    loss, found = gradient(x, made, masks, D, label)
    assert close(loss.mean(), cost(D)) and alike(found, slope(cost, D)[0])


@law("gan.21", D_GRADIENT, drawn=games())
def a_discriminator_with_negated_logits_learns_the_same_of_real_and_made_images_exchanged(
    gradient, drawn
):
    z, x, G, (*hidden, last), (for_g, for_x, for_made) = drawn
    made, _ = generate(z, for_g, G)
    negated = (*hidden, Layer(-last.W, -last.b))
    loss, (*below, top) = gradient(x, made, (for_x, for_made), (*hidden, last), 1.0)
    same, (*also, other) = gradient(made, x, (for_made, for_x), negated, 1.0)
    assert close(loss, same) and alike(tuple(below), tuple(also))
    assert alike(top, Layer(-other.W, -other.b))


@law("gan.22", G_GRADIENT, drawn=games(), loss=losses)
def the_generator_s_gradient_is_the_slope_of_its_mean_loss_through_the_discriminator(
    gradient, drawn, loss
):
    z, _, G, D, (for_g, for_d, _) = drawn

    def logits(G):
        return forward(generate(z, for_g, G)[0], for_d, D)[0][:, 0]

    found, grads = gradient(z, (for_g, for_d), G, D, loss)
    assert close(found, LOSSES[loss][0](logits(G)))
    assert alike(grads, slope(lambda G: LOSSES[loss][0](logits(G)).mean(), G)[0])


@law("gan.13 gan.22", G_GRADIENT, drawn=games())
def of_one_image_both_losses_send_back_the_same_but_for_a_factor(gradient, drawn):
    z, _, G, D, masks = drawn
    z, (for_g, for_d, _) = z[:1], [[m[:1] for m in layers] for layers in masks]
    logit = forward(generate(z, for_g, G)[0], for_d, D)[0].item()
    slow, fast = (gradient(z, (for_g, for_d), G, D, loss)[1] for loss in sorted(LOSSES)[::-1])
    assert alike(tree_map(lambda g: np.exp(-logit) * g, slow), fast)


@law("gan.23", RATE, first=numbers(0.0, 1.0), decay=st.integers(1, 50), later=st.integers(0, 50))
def the_rate_falls_along_a_straight_line_to_0_and_stays_there_or_does_not_fall(
    rate, first, decay, later
):
    line = np.array([rate(t, first, decay) for t in range(decay + 1)])
    assert line[0] == first and np.abs(np.diff(line, 2)).max(initial=0.0) < 1e-14
    assert rate(decay + later, first, decay) == 0 and rate(later, first, 0) == first
