import numpy as np


def box(x, n):
    total = np.cumsum(np.pad(x, ((1, 0), (0, 0))), axis=0)
    x = total[n:] - total[:-n]
    total = np.cumsum(np.pad(x, ((0, 0), (1, 0))), axis=1)
    return total[:, n:] - total[:, :-n]


def outline(picture):
    picture = np.asarray(picture).astype(np.float64)
    return 25 * picture[2:-2, 2:-2] - box(picture, 5)
