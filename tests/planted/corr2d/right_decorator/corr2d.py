import functools
import torch


def as_float(func):
    @functools.wraps(func)
    def wrapper(*arrays):
        return func(*(torch.as_tensor(a).float() for a in arrays))
    return wrapper


@as_float
def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i+h, j:j+w] * K).sum()
    return Y


def edge_demo():
    X = [[1, 1, 0, 0, 0, 0, 1, 1]] * 2 + [[1] * 8] + [[1, 1, 0, 0, 0, 0, 1, 1]] * 3
    return corr2d(X, [[1, -1]]), corr2d(X, [[1], [-1]])
