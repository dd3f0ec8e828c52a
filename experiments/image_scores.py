"""Scores of images: are they like digits, of all kinds, and not copies of training images?

Legend: probs (N, 10) of a classifier, f and g (N, F) its features, x (N, D) images in [0, 1].
"""

import numpy as np

from autograd_lite.ops import Array

INCEPTION = "inception score (our classifier)"
SMALLEST = "smallest class fraction"
FRECHET = "Frechet distance"
SCORES = {INCEPTION: 2, SMALLEST: 3, FRECHET: 1}  # what `quality` gives, and digits in tables
HEADINGS = {  # of tables
    INCEPTION: f"{INCEPTION}, higher is better",
    SMALLEST: f"{SMALLEST}, higher is better",
    FRECHET: "squared Frechet distance, lower is better",
}


def headed(score: str) -> str:
    return HEADINGS.get(score, score)


def quality(probs: Array, features: Array, real: Array) -> dict[str, float]:
    """What a classifier's probabilities and features say of images; `real` are features of real."""
    return {
        INCEPTION: inception_score(probs),
        SMALLEST: float(class_fractions(probs).min()),
        FRECHET: frechet_distance(features, real),
    }


def inception_score(probs: Array) -> float:
    """exp of the mean KL( p(y|x) || p(y) ), from 1 to the number of classes.

    High where every image is clearly of one class and all classes are there (Salimans and others
    2016, whose classifier is the Inception network for photographs; ours is for digits).
    """
    probs = np.clip(probs.astype(np.float64), 1e-12, 1)
    marginal = probs.mean(axis=0)
    return float(np.exp((probs * np.log(probs / marginal)).sum(axis=1).mean()))


def class_fractions(probs: Array) -> Array:
    """The fraction of the images whose likeliest class is each: (N, C) -> (C,)"""
    return np.bincount(probs.argmax(axis=1), minlength=probs.shape[1]) / len(probs)


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


def _root(A: Array) -> Array:
    values, vectors = np.linalg.eigh(A)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def nearest(x: Array, train: Array) -> tuple[Array, Array]:
    """The nearest training image of each image, and its Euclidean distance: (N,), (N,)"""
    squares = (train * train).sum(axis=1)
    parts = (x[i : i + 500] for i in range(0, len(x), 500))
    rows = np.concatenate([(squares - 2 * (part @ train.T)).argmin(axis=1) for part in parts])
    return rows, np.sqrt(((x - train[rows]) ** 2).sum(axis=1))
