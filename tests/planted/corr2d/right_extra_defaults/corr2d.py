import torch
import torch.nn.functional as F


def corr2d(X, K, stride=1, padding=0):
    if padding:
        X = F.pad(X, (padding, padding, padding, padding))
    h, w = K.shape
    H = (X.shape[0] - h) // stride + 1
    W = (X.shape[1] - w) // stride + 1
    Y = torch.zeros(H, W)
    for i in range(H):
        for j in range(W):
            Y[i, j] = (X[i * stride:i * stride + h, j * stride:j * stride + w] * K).sum()
    return Y


def edge_demo():
    X = torch.ones(6, 8)
    X[:2, 2:6] = 0
    X[3:, 2:6] = 0
    K = torch.tensor([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X, K.T, stride=1)
