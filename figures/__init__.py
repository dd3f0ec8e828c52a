"""Figures: each module reads finished runs and writes pictures; none trains.

plan   the quick runs that the figures are made from
read   a finished run, as the figures use it
style  the shared look, and mosaics of images
rbm    restored digits, filters, pseudo-likelihood, free samples
vae    latent means, manifold, reconstructions, costs
index  the page that shows them all

`python -m figures` makes the runs that are missing and draws everything into out/figures.
"""
