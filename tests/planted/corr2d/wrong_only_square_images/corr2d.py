import torch

def corr2d(X, K):
    h, w = K.shape
    n = len(X)          # image size
    Y = torch.zeros(n - h + 1, n - w + 1)
    for i in range(n - h + 1):
        for j in range(n - w + 1):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
