import numpy as np
import pytest
from hypothesis import settings

# The same examples every time: a red test stays red until the code is mended.
settings.register_profile("house", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _numpy_errors_raise():
    """Overflow, division by zero and invalid values are errors; underflow to 0 is not."""
    with np.errstate(all="raise", under="ignore"):
        yield
