import torch

torch.set_printoptions(precision=3)


def corr2d(X, K):
    X = X.to(torch.float64)
    K = K.to(torch.float64)
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1, dtype=torch.float64)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
