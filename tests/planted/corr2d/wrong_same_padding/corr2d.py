import torch
import torch.nn.functional as F


def corr2d(X, K):
    H, W = X.shape
    h, w = K.shape
    top, left = (h - 1) // 2, (w - 1) // 2
    padded = F.pad(X, (left, w - 1 - left, top, h - 1 - top))
    Y = torch.zeros(H, W)
    for i in range(H):
        for j in range(W):
            Y[i, j] = (padded[i:i + h, j:j + w] * K).sum()
    return Y


def edge_demo():
    X = torch.ones(6, 8)
    X[:2, 2:6] = 0
    X[3:, 2:6] = 0
    K = torch.tensor([[1., -1.]])
    return corr2d(X, K), corr2d(X, K.T)
