"""The type of the oracles' arrays: they share no import with what they judge."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
