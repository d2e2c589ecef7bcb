import torch

def corr2d(X, K):
    h, w = K.shape
    H, W = X.shape
    Y = torch.zeros(H-h+1, W-w+1)
    for i in range(H-h+1):
        for j in range(W-w+1):
            for a in range(h):
                for b in range(w):
                    Y[i, j] = X[i+a, j+b] * K[a, b]
    return Y

def edge_demo():
    X = torch.ones(6, 8)
    X[0:2, 2:6] = 0
    X[3:6, 2:6] = 0
    K = torch.tensor([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X, K.t())
