"""Kinds of arrays that pictures are made of, by the names that all of the kit has for them."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Bytes = npt.NDArray[np.uint8]
