"""Laws of both networks of the VAE: each pass forward, and its mirror."""

import numpy as np
from hypothesis import strategies as st

from autograd_lite.conv import conv_transpose2d
from autograd_lite.tape import gradient as slope
from autograd_lite.tree import tree_map
from tests.laws.draw_networks import alike, convolutional, dense, paired
from tests.laws.draws import close
from tests.laws.law import law
from vae import conv, mlp
from vae.elbo import reparameterise
from vae.mlp import Outputs

FORWARD, BACKWARD = "vae.mlp.forward", "vae.mlp.backward"
CONV_FORWARD, CONV_BACKWARD = "vae.conv.forward", "vae.conv.backward"
activations = st.sampled_from(["relu", "tanh"])


# --- the dense network ---


@law("vae.24", FORWARD, drawn=dense(), activation=activations)
def the_forward_pass_decodes_samples_of_what_it_encodes_and_keeps_the_layers(
    forward, drawn, activation
):
    x, _, eps, p, _ = drawn
    (logits, mu, logvar), trace = forward(x, eps, p, activation)
    assert alike((mu, logvar), mlp.encode(x, p, activation)[:2])
    assert alike(logits, mlp.decode(reparameterise(mu, logvar, eps), p, activation)[0])
    assert alike(mu, trace.h_enc @ p.W_mu + p.b_mu)
    assert alike(logits, trace.h_dec @ p.W3 + p.b3)


@law("vae.24", FORWARD, drawn=dense(), activation=activations)
def every_sample_of_every_image_is_decoded_by_itself(forward, drawn, activation):
    x, _, eps, p, _ = drawn
    logits = forward(x, eps, p, activation)[0].logits
    for k, b in np.ndindex(eps.shape[:2]):
        alone, _ = forward(x[[b]], eps[[k]][:, [b]], p, activation)
        assert close(alone.logits[0, 0], logits[k, b])


@law("vae.25", FORWARD, BACKWARD, drawn=dense())
def the_backward_pass_is_the_gradient_of_the_forward_pass(forward, backward, drawn):
    x, _, eps, p, d = drawn
    (by_tape,) = slope(lambda p: paired(forward(x, eps, p, "tanh")[0], d), p)
    assert alike(backward(d, forward(x, eps, p, "tanh")[1], p, "tanh"), by_tape)


@law("vae.25", FORWARD, BACKWARD, drawn=dense())
def between_relu_layers_weights_meet_their_gradients_with_one_sum(forward, backward, drawn):
    x, _, eps, p, d = drawn
    outputs, trace = forward(x, eps, p, "relu")
    g = backward(d, trace, p, "relu")
    assert close(paired((p.W3, p.b3), (g.W3, g.b3)), paired(outputs.logits, d.logits))
    assert close(paired((p.W2, p.b2), (g.W2, g.b2)), paired(p.W3, g.W3))
    assert close(paired((p.W1, p.b1), (g.W1, g.b1)), paired(p[2:6:2], g[2:6:2]))


@law("vae.25 vae.29", BACKWARD, CONV_BACKWARD, drawn=dense(), images=convolutional())
def what_the_kl_sends_back_reaches_the_biases_of_both_heads(backward, conv_backward, drawn, images):
    (x, _, eps, p, d), (x2, eps2, p2, d2) = drawn, images
    d, d2 = (e._replace(logits=0 * e.logits) for e in (d, d2))
    g = backward(d, mlp.forward(x, eps, p, "tanh")[1], p, "tanh")
    g2 = conv_backward(d2, conv.forward(x2, eps2, p2)[1], p2)
    for e, found in ((d, g), (d2, g2)):
        assert alike((e.mu.sum(axis=0), e.logvar.sum(axis=0)), (found.b_mu, found.b_logvar))


# --- the convolutional network ---


@law("vae.28", CONV_FORWARD, drawn=convolutional())
def the_convolutional_pass_decodes_samples_of_what_it_encodes_and_keeps_the_layers(forward, drawn):
    x, eps, p, _ = drawn
    (logits, mu, logvar), trace = forward(x, eps, p)
    assert alike((mu, logvar), conv.encode(x, p)[:2])
    assert alike(logits, conv.decode(reparameterise(mu, logvar, eps), p, x.shape[1:])[0])
    assert alike(mu, trace.h3 @ p.W_mu + p.b_mu)
    assert alike(logits.ravel(), (conv_transpose2d(trace.h6, p.K7, 1) + p.b7).ravel())


@law("vae.29", CONV_BACKWARD, drawn=convolutional())
def between_relu_convolutions_kernels_meet_their_gradients_with_one_sum(backward, drawn):
    x, eps, p, d = drawn
    outputs, trace = conv.forward(x, eps, p)
    g = backward(d, trace, p)
    along = [paired(p[i : i + 2], g[i : i + 2]) for i in range(0, len(p), 2)]  # with its bias
    weights = [paired(p[i], g[i]) for i in range(0, len(p), 2)]
    assert alike(tuple(along[:2]), tuple(weights[1:3]))
    assert alike(along[2], weights[3] + weights[4])  # both heads
    assert alike(tuple(along[5:]), (*weights[6:], paired(d.logits, outputs.logits)))


@law("vae.29", CONV_BACKWARD, drawn=convolutional())
def the_gradient_of_a_batch_is_the_sum_of_those_of_its_images_and_samples(backward, drawn):
    x, eps, p, d = drawn
    whole = backward(d, conv.forward(x, eps, p)[1], p)
    K = len(eps)
    parts = [
        backward(Outputs(d.logits[[k]][:, [b]], d.mu[[b]] / K, d.logvar[[b]] / K),
                 conv.forward(x[[b]], eps[[k]][:, [b]], p)[1], p)
        for k, b in np.ndindex(eps.shape[:2])
    ]  # fmt: skip
    assert alike(whole, tree_map(lambda *g: sum(g), *parts))
