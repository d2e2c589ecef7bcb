import torch


def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros((1, 1, X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[2]):
        for j in range(Y.shape[3]):
            Y[0, 0, i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
