"""Mistakes in print that numbers refute: what comes out with the mistake, and without.

erratum    what an erratum computes
small_rbm  a restricted Boltzmann machine whose states can be summed
rbm        its distribution, and the gradient of its log p(v)
sampling   Gibbs chains, pseudo-likelihood, missing pixels
losses     operations, and costs of pixels given logits
gaussians  the bound, the KL of Gaussians, Gaussian likelihoods
gan        the losses of both players; the convolutional network
page       docs/ERRATA.md, into which `python -m grading errata` writes the numbers
"""
