import torch


def corr2d(X, K):
    h, w = K.shape
    H, W = X.shape
    Y = torch.zeros(H - h + 2, W - w + 2)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y


def edge_demo():
    X = torch.ones(6, 8)
    X[[0, 1, 3, 4, 5], 2:6] = 0
    K = torch.tensor([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X, K.T)
