import torch


def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(len(Y)):
        for j in range(len(Y[0])):
            Y[i, j] = torch.sum(X[i:i + h, j:j + w].mul(K))
    return Y


def edge_demo():
    X = torch.ones(6, 8)
    X[0:2, 2:6] = 0
    X[3:6, 2:6] = 0
    results = []
    for K in (torch.tensor([[1, -1]]), torch.tensor([[1], [-1]])):
        results.append(corr2d(X, K))
    return results
