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
activations = st.sampled_from(["relu", "elu", "tanh"])


# --- the dense network ---


@law("vae.26", FORWARD, drawn=dense(), activation=activations)
def the_forward_pass_decodes_samples_of_what_it_encodes_and_keeps_the_layers(
    forward, drawn, activation
):
    x, _, eps, p, _ = drawn
    (logits, mu, logvar), trace = forward(x, eps, p, activation)
    assert alike((mu, logvar), mlp.encode(x, p, activation)[:2])
    assert alike(logits, mlp.decode(reparameterise(mu, logvar, eps), p, activation)[0])
    assert alike(mu, trace.encoder[-1] @ p.mu.W + p.mu.b)
    assert alike(logits, trace.decoder[-1] @ p.decoder[-1].W + p.decoder[-1].b)


@law("vae.26", FORWARD, drawn=dense(), activation=activations)
def every_sample_of_every_image_is_decoded_by_itself(forward, drawn, activation):
    x, _, eps, p, _ = drawn
    logits = forward(x, eps, p, activation)[0].logits
    for k, b in np.ndindex(eps.shape[:2]):
        alone, _ = forward(x[[b]], eps[[k]][:, [b]], p, activation)
        assert close(alone.logits[0, 0], logits[k, b])


@law("vae.27", FORWARD, BACKWARD, drawn=dense(), activation=st.sampled_from(["elu", "tanh"]))
def the_backward_pass_is_the_gradient_of_the_forward_pass(forward, backward, drawn, activation):
    x, _, eps, p, d = drawn
    (by_tape,) = slope(lambda p: paired(forward(x, eps, p, activation)[0], d), p)
    assert alike(backward(d, forward(x, eps, p, activation)[1], p, activation), by_tape)


@law("vae.27", BACKWARD, drawn=dense(), factor=st.sampled_from([0.0, 0.5, 2.0]))
def a_factor_of_every_path_reaches_what_comes_through_the_codes_alone(backward, drawn, factor):
    x, _, eps, p, d = drawn
    trace = mlp.forward(x, eps, p, "tanh")[1]
    factors = np.full(eps.shape[:2], factor)
    found = backward(d, trace, p, "tanh", factors)
    direct, whole = (backward(e, trace, p, "tanh") for e in (d._replace(logits=0 * d.logits), d))
    for part in ("encoder", "mu", "logvar"):
        a, b, c = (getattr(g, part) for g in (found, direct, whole))
        assert alike(a, tree_map(lambda b, c: b + factor * (c - b), b, c))
    assert alike(found.decoder, whole.decoder)


@law("vae.27", FORWARD, BACKWARD, drawn=dense())
def between_relu_layers_weights_meet_their_gradients_with_one_sum(forward, backward, drawn):
    x, _, eps, p, d = drawn
    outputs, trace = forward(x, eps, p, "relu")
    g = backward(d, trace, p, "relu")
    of_heads = paired((p.mu.W, p.logvar.W), (g.mu.W, g.logvar.W))
    for layers, of_layers, above in (
        (p.encoder, g.encoder, of_heads),
        (p.decoder, g.decoder, paired(outputs.logits, d.logits)),
    ):
        for layer, of_layer in zip(layers[::-1], of_layers[::-1], strict=True):
            assert close(paired(layer, of_layer), above)
            above = paired(layer.W, of_layer.W)


@law("vae.27 vae.31", BACKWARD, CONV_BACKWARD, drawn=dense(), images=convolutional())
def what_the_kl_sends_back_reaches_the_biases_of_both_heads(backward, conv_backward, drawn, images):
    (x, _, eps, p, d), (x2, eps2, p2, d2) = drawn, images
    d, d2 = (e._replace(logits=0 * e.logits) for e in (d, d2))
    g = backward(d, mlp.forward(x, eps, p, "tanh")[1], p, "tanh")
    g2 = conv_backward(d2, conv.forward(x2, eps2, p2)[1], p2)
    for e, found in ((d, (g.mu.b, g.logvar.b)), (d2, (g2.b_mu, g2.b_logvar))):
        assert alike((e.mu.sum(axis=0), e.logvar.sum(axis=0)), found)


# --- the convolutional network ---


@law("vae.30", CONV_FORWARD, drawn=convolutional())
def the_convolutional_pass_decodes_samples_of_what_it_encodes_and_keeps_the_layers(forward, drawn):
    x, eps, p, _ = drawn
    (logits, mu, logvar), trace = forward(x, eps, p)
    assert alike((mu, logvar), conv.encode(x, p)[:2])
    assert alike(logits, conv.decode(reparameterise(mu, logvar, eps), p, x.shape[1:])[0])
    assert alike(mu, trace.h3 @ p.W_mu + p.b_mu)
    assert alike(logits.ravel(), (conv_transpose2d(trace.h6, p.K7, 1) + p.b7).ravel())


@law("vae.31", CONV_BACKWARD, drawn=convolutional())
def between_relu_convolutions_kernels_meet_their_gradients_with_one_sum(backward, drawn):
    x, eps, p, d = drawn
    outputs, trace = conv.forward(x, eps, p)
    g = backward(d, trace, p)
    along = [paired(p[i : i + 2], g[i : i + 2]) for i in range(0, len(p), 2)]  # with its bias
    weights = [paired(p[i], g[i]) for i in range(0, len(p), 2)]
    assert alike(tuple(along[:2]), tuple(weights[1:3]))
    assert alike(along[2], weights[3] + weights[4])  # both heads
    assert alike(tuple(along[5:]), (*weights[6:], paired(d.logits, outputs.logits)))


@law("vae.31", CONV_BACKWARD, drawn=convolutional())
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
