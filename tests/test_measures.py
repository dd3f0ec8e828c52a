"""Neighbours, ranks and means over seeds, against their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import measures


@given(st.integers(0, 10**6), st.integers(1, 8))
def test_a_point_gets_the_most_frequent_digit_of_its_neighbours(seed, k):
    rng = np.random.default_rng(seed)
    points, reference, labels = rng.random((5, 2)), rng.random((9, 2)), rng.integers(0, 10, 9)
    for point, said in zip(points, measures.classify(points, reference, labels, k), strict=True):
        near = sorted(range(9), key=lambda j: math.dist(point, reference[j]))[:k]
        counts = [sum(labels[j] == digit for j in near) for digit in range(10)]
        assert counts[said] == max(counts)


def test_of_equally_frequent_digits_the_nearer_one_is_taken():
    reference = np.array([[1.0], [2.0], [3.0], [4.0]])
    for labels in ([7, 2, 2, 7], [2, 7, 7, 2]):
        said = measures.classify(np.zeros((1, 1)), reference, np.array(labels), 2)
        assert said == labels[0]
    # Ten votes: the weights that break ties may never overturn a majority.
    reference, labels = np.arange(1.0, 11)[:, None], np.array([3] * 4 + [8] + [1] * 5)
    assert measures.classify(np.zeros((1, 1)), reference, labels, 10) == 1


def test_distances_count_the_pixels_that_differ_whatever_is_done_at_a_time(monkeypatch):
    rng = np.random.default_rng(1)
    a, b = (rng.integers(0, 2, (n, 30)).astype(np.float32) for n in (7, 4))
    differ = (a[:, None] != b).sum(axis=-1)
    np.testing.assert_array_equal(measures.squared_distances(a, b), differ)
    labels = np.arange(4)
    whole = measures.classify(a, b, labels, 1)
    np.testing.assert_array_equal(differ[range(7), whole], differ.min(axis=1))
    monkeypatch.setattr(measures, "AT_A_TIME", 3)
    np.testing.assert_array_equal(measures.nearest_distance(a, b), differ.min(axis=1))
    np.testing.assert_array_equal(measures.classify(a, b, labels, 1), whole)


def test_rank_correlation_with_equal_values_is_that_of_the_ranks():
    a, b = np.array([1, 2, 2, 3, 9]), np.array([2.0, 2.0, 1.0, 5.0, 4.0])
    expected = np.corrcoef([1, 2.5, 2.5, 4, 5], [2.5, 2.5, 1, 5, 4])[0, 1]
    assert measures.rank_correlation(a, b) == pytest.approx(expected, abs=1e-14)


def test_over_seeds_keeps_numbers_and_lists():
    rows = [{"a": 1.0, "b": np.array([1, 2]), "c": None}, {"a": 3.0, "b": np.array([3, 2])}]
    table = measures.over_seeds(rows)
    assert table["a"] == {"mean": 2.0, "spread": pytest.approx(2**0.5)}
    assert table["b"] == {"mean": [2.0, 2.0], "spread": pytest.approx([2**0.5, 0])}
    assert table["c"] == {"mean": None, "spread": None}
    assert measures.over_seeds(rows[:1])["a"] == {"mean": 1.0, "spread": None}
