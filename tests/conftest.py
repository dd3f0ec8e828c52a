import numpy as np
import pytest
from hypothesis import settings

from training.command import run_cli

# The same examples every time: a red test stays red until the code is mended.
settings.register_profile("house", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _numpy_errors_raise():
    """Overflow, division by zero and invalid values are errors; underflow to 0 is not."""
    with np.errstate(all="raise", under="ignore"):
        yield


@pytest.fixture
def refusal(capsys):
    """refusal(program, *words): the one sentence with which a program refuses its command line."""

    def said(program, *words):
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            run_cli(program, [*map(str, words)])
        err = capsys.readouterr().err
        assert (end.value.code, err.count("\n")) == (2, 1), err
        return err.rstrip("\n")

    return said
