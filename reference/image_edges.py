"""The outlines of a grey picture: each pixel against the 24 around it.

Shapes: image (H, W), the result (H-4, W-4).
Source: the lesson on filters; Gonzalez, Woods, "Digital Image Processing", section 3.6, for Laplacian kernels.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

KERNEL = np.full((5, 5), -1.0)
KERNEL[2, 2] = 24  # so that all 25 add up to 0, and a flat picture has no outlines


def outline(image: np.ndarray) -> np.ndarray:
    """Correlation with the 5x5 kernel of -1 and 24 in the middle: 0 where the picture is flat, large at its edges.

    image (H, W) of any numeric dtype -> (H-4, W-4), float64.
    """
    windows = sliding_window_view(np.asarray(image, dtype=np.float64), KERNEL.shape)  # (H-4, W-4, 5, 5)
    return np.asarray(np.einsum("ijab,ab->ij", windows, KERNEL))
