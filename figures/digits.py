"""The test digits that figures show: the same ones in all of them."""

import numpy as np

from data.mnist import Bytes
from data.sets import DataSet


def one_of_each(data: DataSet) -> Bytes:
    """The first test image of each class, 0 to 9: nobody picked the easy ones. (10, 28, 28)"""
    _, rows = np.unique(data.test_labels, return_index=True)
    return data.test_images[rows]
