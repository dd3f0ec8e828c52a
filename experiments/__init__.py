"""Experiments: one module each. `python -m experiments` lists them, with what each asks.

Adding one is adding one module that ends with `EXPERIMENT = Experiment(...)`; where it draws, a
module of the same name goes to figures/. What several of them use:

experiment   what an experiment is, and how all of them are found
command      lists and runs them
cache        long measurements in parts that are kept
imports      what a file imports, so that a part is measured anew where its code has changed
record       results/<name>.json
tables       numbers -> Markdown, and the pages that show them
measures     neighbours, rank correlations, active units, means over seeds
image_scores, families   how good images are, and whose are compared
"""
