"""Mistakes in print that numbers refute: what comes out with the mistake, and without.

erratum    what an erratum computes
rbm        a machine whose states can be summed: its gradient, its chains, missing pixels
losses     operations, costs of pixels and of both players; the convolutional network
gaussians  the bound, the KL of Gaussians, Gaussian likelihoods
page       docs/ERRATA.md, into which `python -m grading errata` writes the numbers
"""
