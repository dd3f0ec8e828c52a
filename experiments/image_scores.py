"""Numbers that tell whether images are like digits, varied, and not copied.

Legend: probs (N, 10) of a classifier, f (N, F) its features, x (N, D) images in [0, 1].
"""

import numpy as np

from autograd_lite.ops import Array


def classifier_score(probs: Array) -> float:
    """exp of the mean KL( p(y|x) || p(y) ), from 1 to the number of classes.

    High where every image is clearly of one class and all classes are there (Salimans and others
    2016, with a network for photographs; here with one for digits).
    """
    probs = np.clip(probs.astype(np.float64), 1e-12, 1)
    marginal = probs.mean(axis=0)
    return float(np.exp((probs * np.log(probs / marginal)).sum(axis=1).mean()))


def shares(probs: Array) -> Array:
    """The share of the images that the classifier takes for each class. (10,)"""
    found = np.bincount(probs.argmax(axis=1), minlength=probs.shape[1])
    return found / len(probs)


def frechet_distance(f: Array, g: Array) -> float:
    """The squared Frechet distance of the Gaussians that fit two sets of features.

    |difference of means|^2 + trace(A + B - 2 (A B)^(1/2)), A and B the covariances (Heusel and
    others 2017).
    """
    f, g = f.astype(np.float64), g.astype(np.float64)
    A, B = np.cov(f.T), np.cov(g.T)
    root = _root(A)
    # root B root is symmetric and has the eigenvalues of A B.
    cross = np.linalg.eigvalsh(root @ B @ root)
    shift = f.mean(axis=0) - g.mean(axis=0)
    return float(shift @ shift + np.trace(A + B) - 2 * np.sqrt(np.maximum(cross, 0)).sum())


def quality(probs: Array, features: Array, real: Array) -> dict[str, float]:
    """What a classifier's probabilities and features say of images; `real` are features of real."""
    return {
        "classifier score": classifier_score(probs),
        "smallest share": float(shares(probs).min()),
        "Frechet distance": frechet_distance(features, real),
    }


def _root(A: Array) -> Array:
    values, vectors = np.linalg.eigh(A)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def nearest(x: Array, train: Array) -> tuple[Array, Array]:
    """The nearest training image of each image, and its Euclidean distance: (N,), (N,)"""
    squares = (train * train).sum(axis=1)
    found = [(squares - 2 * (part @ train.T)).argmin(axis=1) for part in _parts(x)]
    rows = np.concatenate(found)
    return rows, np.sqrt(((x - train[rows]) ** 2).sum(axis=1))


def _parts(x: Array, size: int = 500) -> list[Array]:
    return [x[i : i + size] for i in range(0, len(x), size)]
