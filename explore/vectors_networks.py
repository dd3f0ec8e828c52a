"""Test vectors of the networks: VAEs, the autoencoder, and both players of the GAN."""

from collections.abc import Iterator

import numpy as np

from autograd_lite.losses import bernoulli_nll
from autograd_lite.ops import Layer
from explore.calls import Arrays, Ref, Vector
from gan.mlp import NO_DROPOUT, forward
from gan.players import sample_images
from vae.elbo import kl_diag_gaussian, neg_elbo, reparameterise
from vae.mlp import Params, decode, encode


def layers(arrays: Arrays, stem: str) -> tuple[Layer, ...]:
    """The layers <stem>.0, <stem>.1, ... of the page's arrays."""
    count = sum(name.startswith(f"{stem}.") and name.endswith(".W") for name in arrays)
    return tuple(Layer(arrays[f"{stem}.{i}.W"], arrays[f"{stem}.{i}.b"]) for i in range(count))


def network(arrays: Arrays, stem: str) -> Params:
    """The VAE of this name."""
    mu, logvar = (Layer(*(arrays[f"{stem}.{head}.{x}"] for x in "Wb")) for head in ("mu", "logvar"))
    return Params(layers(arrays, f"{stem}.encoder"), mu, logvar, layers(arrays, f"{stem}.decoder"))


def vae(arrays: Arrays) -> Iterator[Vector]:
    """Two digits through every network: codes, terms of the bound, pixels of codes from N(0, I)."""
    x, rng = arrays["digits.images"][:2].reshape(2, -1) / 255, np.random.default_rng(1)
    for name in ("vae.2", "vae.8", "vae.16", "vae.autoencoder"):
        p, net = network(arrays, name), Ref(name)
        mu, logvar, _ = encode(x, p, "relu")
        yield Vector("vae.encode", (x, net), np.stack([mu, logvar]))
        z = rng.standard_normal(mu.shape)
        logits, _ = decode(z, p, "relu")
        yield Vector("vae.decode", (z, net), logits)
        eps = rng.standard_normal((3, 1, mu.shape[1]))
        codes = reparameterise(mu[:1], logvar[:1], eps)
        yield Vector("vae.reparameterise", (mu[0], logvar[0], eps), codes)
        nll = bernoulli_nll(decode(codes, p, "relu")[0], x[:1])
        kl = kl_diag_gaussian(mu[:1], logvar[:1])
        terms = np.array([nll.mean(), kl.item(), neg_elbo(nll, kl).item()])
        yield Vector("vae.negElbo", (x[0], mu[0], logvar[0], eps, net), terms)


def gan(arrays: Arrays) -> Iterator[Vector]:
    """Pictures of three noises, and what the discriminator thinks of them and of three digits."""
    G, D = layers(arrays, "gan.G"), layers(arrays, "gan.D")
    z = np.random.default_rng(2).uniform(-1, 1, (3, len(G[0].W)))
    made, real = sample_images(z, G), arrays["digits.images"][:3].reshape(3, -1) / 255
    yield Vector("gan.generate", (z, Ref("gan.G")), made)
    for x in (made, real):
        logits, _ = forward(2 * x - 1, [NO_DROPOUT] * (len(D) - 1), D)
        yield Vector("gan.logits", (x, Ref("gan.D")), logits)
