import torch
from helpers import window


def corr2d(X, K):
    h, w = K.shape
    H, W = X.shape
    Y = torch.zeros(H - h + 1, W - w + 1)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            Y[i, j] = (window(X, i, j, h, w) * K).sum()
    return Y
