import torch

results = {}


def corr2d(X, K):
    h, w = K.shape
    size = (X.shape[0] - h + 1, X.shape[1] - w + 1)
    Y = results.setdefault(size, torch.zeros(size))
    for i in range(size[0]):
        for j in range(size[1]):
            for a in range(h):
                for b in range(w):
                    Y[i, j] += X[i + a, j + b] * K[a, b]
    return Y.clone()
