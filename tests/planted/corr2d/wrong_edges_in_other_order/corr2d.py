import torch


def corr2d(X, K):
    h, w = K.shape
    rows = [[(X[i:i + h, j:j + w] * K).sum() for j in range(X.shape[1] - w + 1)] for i in range(X.shape[0] - h + 1)]
    return torch.tensor(rows)


def edge_demo():
    X = torch.ones(6, 8)
    X[0:2, 2:6] = 0
    X[3:6, 2:6] = 0
    K = torch.tensor([[1.0, -1.0]])
    horizontal, vertical = corr2d(X, K), corr2d(X, K.T)     # vertical kernel, vertical edges?
    return vertical, horizontal
