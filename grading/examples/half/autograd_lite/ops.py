import numpy as np


def affine(x, W, b):
    return np.einsum("...i,io->...o", x, W) + b


def affine_vjp_x(dy, W):
    return np.einsum("...o,io->...i", dy, W)


def affine_vjp_Wb(dy, x):
    dy2 = dy.reshape(-1, dy.shape[-1])
    x2 = x.reshape(-1, x.shape[-1])
    return x2.T @ dy2, dy2.mean(axis=0)  # wrong: a mean


def relu(x):
    return x * (x > 0)


def relu_vjp(dy, y):
    return np.where(y > 0, dy, 0.0)


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x > 0, 1 / (1 + e), e / (1 + e))


def sigmoid_vjp(dy, y):
    return dy * (y - y**2)


def softplus(x):
    return np.log(1 + np.exp(x))  # wrong: overflows


def softplus_vjp(dy, x):
    raise NotImplementedError("ad.16")
