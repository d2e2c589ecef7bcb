import numpy as np
from scipy import signal


def corr2d(X, K):
    return signal.correlate2d(np.asarray(X), np.asarray(K), mode="valid")
