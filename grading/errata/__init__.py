"""Mistakes that numbers refute, each a small function that computes it and what is right.

form      what an erratum is, and how ERRATA.md shows it
machine   a restricted Boltzmann machine whose states can be summed
rbm       its distribution
gradient  the gradient of its log p(v)
gibbs     sampling, pseudo-likelihood, missing pixels
ad        operations, and checks of gradients
losses    costs of pixels given logits
bound     the bound, and the KL of Gaussians
gauss     Gaussian likelihoods and densities

`python -m grading.errata.page` computes all of them.
"""
