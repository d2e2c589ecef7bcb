import torch

def corr2d(X, K):
    H, W = X.shape
    h, w = K.shape
    Y = torch.zeros(H-h+1, W-w+1)
    for i in range(H-h+1):
        for j in range(W-w+1):
            for a in range(h):
                for b in range(w):
                    Y[i, j] += X[i+a, j+b] * K[b, a]
    return Y
