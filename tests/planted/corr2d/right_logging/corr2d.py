import logging
import sys

import torch

logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
log = logging.getLogger("corr2d")


def corr2d(X, K):
    log.debug("image %s, kernel %s", tuple(X.shape), tuple(K.shape))
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
