import torch

def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h, X.shape[1] - w))
    for i in range(X.shape[0] - h):
        for j in range(X.shape[1] - w):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y

def edge_demo():
    X = torch.ones(6, 8)
    X[0:2, 2:6] = 0
    X[3:6, 2:6] = 0
    K = torch.tensor([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X, K.t())
