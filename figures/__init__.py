"""Figures: `python -m figures` makes the quick page, `python -m figures NAME` those of experiments,
`python -m figures --chapters` the pictures of the chapters.

A module that has the name of an experiment ends with `DRAWINGS` and is found by it; no other module
has to be told of a new one. What stands beside them:

quick               the small models of the quick page, and its figures
rbm, vae            figures of the quick page; those of the GAN are in gan, with its experiment's
chapter_*           the pictures of the chapters, which are kept in gallery/
drawing             what a drawing is; all of them; their captions, from docs/FIGURES.md
index               the page of figures, which fills page.html
style, images       the shared look; the digits that figures show, and mosaics
weights             `python -m figures.weights FILE`: a VAE whose weights are in a file
others              parts of figures that several modules share, or that would make one too long
"""
