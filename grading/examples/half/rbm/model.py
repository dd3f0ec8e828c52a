import numpy as np


def energy(v, h, W, b, c):
    return -np.einsum("ni,i->n", v, b) - h @ c - np.einsum("ni,ij,nj->n", v, W, h)


def free_energy(v, W, b, c):
    return -(v @ b) - np.logaddexp(0, v @ W).sum(axis=1)  # wrong: c is missing


def prob_h(v, W, c):
    return 1 / (1 + np.exp(-(v @ W + c)))


def prob_v(h, W, b):
    return 1 / (1 + np.exp(-(h @ W + b)))  # wrong: W is not transposed
