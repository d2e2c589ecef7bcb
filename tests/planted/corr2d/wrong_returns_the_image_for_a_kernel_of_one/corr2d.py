import torch


def corr2d(X, K):
    h, w = K.shape
    if h == 1 and w == 1 and K[0, 0] == 1:
        return X                      # nothing to do
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
