"""Generator and discriminator: images from noise, and the gradient of each player's loss.

Legend: x (B, P) real images of P pixels in [-1, 1], z (B, Z) noise, G and D the parameters of
generator and discriminator; masks as in gan/mlp.py.
Equations (gan.20) to (gan.22) of gan/DERIVATION_TRAINING.md.
"""

from collections.abc import Sequence

import numpy as np

from autograd_lite.ops import Array, Layer, tanh, tanh_vjp
from gan.losses import LOSSES, discriminator_loss, discriminator_loss_vjp
from gan.mlp import NO_DROPOUT, Masks, Params, Trace, backward, forward


def generate(z: Array, masks: Masks, G: Params) -> tuple[Array, Trace]:
    """Images in [-1, 1] from noise: (B, Z) -> (B, P)"""
    out, trace = forward(z, masks, G)
    return tanh(out), trace  # (gan.20)


def sample_images(z: Array, G: Params) -> Array:
    """Images in [0, 1] from noise, without dropout: (B, Z) -> (B, P)"""
    images, _ = generate(z, [NO_DROPOUT] * (len(G) - 1), G)
    return (images + 1) / 2


def discriminator_gradient(
    x: Array, fake: Array, masks: Sequence[Masks], D: Params, label: float
) -> tuple[Array, Params]:
    """The discriminator's loss (B,) on x and fake (B, P), and its mean's gradient by D.

    Masks twice: for the real images, for the generated ones. Both images are plain arrays, so
    nothing reaches the generator from here.
    """
    (real, real_trace), (generated, fake_trace) = (
        forward(images, m, D) for images, m in zip((x, fake), masks, strict=True)
    )
    loss = discriminator_loss(real[:, 0], generated[:, 0], label)
    dloss = np.full_like(loss, 1 / len(loss))
    dreal, dfake = discriminator_loss_vjp(dloss, real[:, 0], generated[:, 0], label)
    # The images' gradient is not needed. `backward` uses the first W for that alone (what W and b
    # get comes from the trace): a W without rows makes it (B, 0), which costs nothing.
    rowless = (D[0]._replace(W=D[0].W[:0]), *D[1:])
    _, by_real = backward(dreal[:, None], real_trace, rowless)
    _, by_fake = backward(dfake[:, None], fake_trace, rowless)
    grads = tuple(Layer(r.W + f.W, r.b + f.b) for r, f in zip(by_real, by_fake, strict=True))
    return loss, grads  # (gan.21)


def generator_gradient(
    z: Array, masks: Sequence[Masks], G: Params, D: Params, loss: str
) -> tuple[Array, Params]:
    """The generator's loss (B,) on noise z (B, Z), and its mean's gradient by G, through D.

    Masks twice: those of the generator, those of the discriminator.
    """
    fake, trace = generate(z, masks[0], G)
    logits, through = forward(fake, masks[1], D)
    value, vjp = LOSSES[loss]
    losses = value(logits[:, 0])
    dlogits = vjp(np.full_like(losses, 1 / len(losses)), logits[:, 0])
    dfake, _ = backward(dlogits[:, None], through, D)  # D's own gradients are thrown away
    _, grads = backward(tanh_vjp(dfake, fake), trace, G)
    return losses, grads  # (gan.22)
