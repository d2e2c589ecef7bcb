"""Exercise corr2d: two-dimensional cross-correlation."""


def corr2d(X, K):
    """Slide the kernel K (h, w) over the image X (H, W), without padding.

    Every cell of the result (H - h + 1, W - w + 1) is the sum of the window under the kernel, cell by cell times
    the kernel. Do not modify X or K, and do not call a ready-made convolution.
    """
    raise NotImplementedError


def edge_demo():
    """The edges of a small picture: (vertical edges (6, 7), horizontal edges (5, 8)).

    The picture is white (ones), 6 rows by 8 columns, and black (zeros) in columns 2 to 5 of the rows 0, 1, 3, 4
    and 5. The kernel [[1, -1]] finds the vertical edges, its transpose the horizontal ones.
    """
    raise NotImplementedError
