"""Laws of the gradient penalty, and of the smallest game, which it brings to rest."""

import numpy as np

from autograd_lite.ops import Layer
from autograd_lite.tape import gradient as slope
from autograd_lite.tree import tree_map
from gan.mlp import forward
from gan.penalty import image_gradient
from tests.laws.draw_networks import alike, paired, player
from tests.laws.draws import close, numbers
from tests.laws.law import law

SLOPE, PENALTY = "gan.penalty.image_gradient", "gan.penalty.slope_penalty"
D_GRADIENT = "gan.players.discriminator_gradient"
SATURATING_VJP, OTHER_VJP = "gan.losses.saturating_vjp", "gan.losses.non_saturating_vjp"
one = numbers(3)


@law("gan.30", SLOPE, drawn=player())
def the_logit_is_the_image_along_its_slope_and_every_bias_along_its_own(slope_of, drawn):
    x, _, D = drawn
    g, _, ts = slope_of(*drawn)
    biases = sum((t * b).sum(axis=1) for t, (_, b) in zip(ts, D, strict=False))
    assert close((g * x).sum(axis=1) + biases + D[-1].b, forward(*drawn)[0][:, 0])


@law("gan.30", SLOPE, drawn=player())
def the_slope_is_the_tape_s_gradient_of_the_logit_by_the_image(slope_of, drawn):
    x, masks, D = drawn
    (by_tape,) = slope(lambda x: forward(x, masks, D)[0].sum(), x)
    assert close(slope_of(*drawn)[0], by_tape)


@law("gan.30", SLOPE, drawn=player(), shift=one, scale=one)
def the_slope_is_stretched_with_the_logit_and_not_shifted_with_it(slope_of, drawn, shift, scale):
    x, masks, (*hidden, last) = drawn
    moved, *_ = slope_of(x, masks, (*hidden, Layer(scale * last.W, last.b + shift)))
    assert close(moved, scale * slope_of(*drawn)[0])


@law("gan.29", PENALTY, drawn=player())
def the_penalty_is_half_the_squared_length_of_the_slope_and_0_only_where_that_is(penalty, drawn):
    g, *_ = image_gradient(*drawn)
    values, _ = penalty(*drawn)
    assert close(values, 0.5 * np.linalg.norm(g, axis=1) ** 2)
    assert ((values > 0) | (np.abs(g).max(axis=1) < 1e-150)).all() and (values >= 0).all()


@law("gan.29 gan.31", PENALTY, drawn=player(), scale=one)
def a_logit_stretched_by_a_factor_is_punished_by_its_square(penalty, drawn, scale):
    x, masks, (*hidden, last) = drawn
    values, grads = penalty(x, masks, (*hidden, Layer(scale * last.W, last.b)))
    before, old = penalty(*drawn)
    assert close(values, scale**2 * before)
    assert alike(grads[:-1], tree_map(lambda g: scale**2 * g, old[:-1]))
    assert alike(grads[-1], tree_map(lambda g: scale * g, old[-1]))


@law("gan.31", PENALTY, drawn=player())
def the_weights_of_every_layer_meet_their_gradient_with_twice_the_mean_penalty(penalty, drawn):
    values, grads = penalty(*drawn)
    met = [paired(p.W, g.W) for p, g in zip(drawn[2], grads, strict=True)]
    assert close(met, np.full(len(met), 2 * values.mean()))


@law("gan.31", PENALTY, drawn=player())
def no_bias_has_a_gradient(penalty, drawn):
    assert not any(layer.b.any() for layer in penalty(*drawn)[1])


@law("gan.31", SLOPE, PENALTY, drawn=player())
def the_penalty_s_gradient_is_the_slope_of_its_mean(slope_of, penalty, drawn):
    x, masks, D = drawn
    (by_tape,) = slope(lambda D: np.square(slope_of(x, masks, D)[0]).sum() / (2 * len(x)), D)
    assert alike(penalty(*drawn)[1], by_tape)


@law("gan.31", PENALTY, drawn=player())
def the_penalty_s_gradient_of_a_batch_is_the_mean_of_its_images(penalty, drawn):
    x, masks, D = drawn
    parts = [penalty(x[[i]], [m[[i]] for m in masks], D)[1] for i in range(len(x))]
    mean = tree_map(lambda *g: sum(g) / len(x), *parts)
    assert alike(penalty(*drawn)[1], mean)


# --- the smallest game: all images are the pixel 0, the generator makes the pixel theta ---


def downhill(parts, psi, theta, gamma=0.0):
    """Minus the gradients of both losses: where psi and theta go."""
    d_gradient, g_vjp, *penalty = parts
    D, zero = (Layer(np.array([[psi]]), np.zeros(1)),), np.zeros((1, 1))
    _, (loss,) = d_gradient(zero, np.array([[theta]]), ((), ()), D, 1.0)
    more = gamma * penalty[0](zero, (), D)[1][0].W.item() if penalty else 0.0
    return np.array([-loss.W.item() - more, -psi * g_vjp(1.0, psi * theta)])


@law("gan.26", D_GRADIENT, SATURATING_VJP, psi=one, theta=one, eta=numbers(0.0, 2.0))
def at_once_the_players_of_the_smallest_game_step_away_from_its_rest(*parts, psi, theta, eta):
    after = np.array([psi, theta]) + eta * downhill(parts, psi, theta)
    share = 1 / (1 + np.exp(-psi * theta))
    assert close((after**2).sum(), (psi**2 + theta**2) * (1 + (eta * share) ** 2))


@law("gan.27 gan.32", D_GRADIENT, OTHER_VJP, PENALTY, psi=one, theta=one, gamma=numbers(0.0, 2.0))
def the_penalty_pulls_the_players_of_the_smallest_game_inwards(*parts, psi, theta, gamma):
    inwards = -np.array([psi, theta]) @ downhill(parts, psi, theta, gamma)
    without = -np.array([psi, theta]) @ downhill(parts, psi, theta)
    assert close(inwards - without, gamma * psi**2) and without >= -1e-12
