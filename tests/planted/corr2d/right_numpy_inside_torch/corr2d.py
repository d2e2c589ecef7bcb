import numpy as np
import torch


def corr2d(X, K):
    x = X.numpy()
    k = K.numpy()
    h, w = k.shape
    y = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = (x[i:i + h, j:j + w] * k).sum()
    return torch.from_numpy(y).float()


def edge_demo():
    X = torch.ones(6, 8)
    X[[0, 1, 3, 4, 5], 2:6] = 0
    K = torch.tensor([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X, K.T)
