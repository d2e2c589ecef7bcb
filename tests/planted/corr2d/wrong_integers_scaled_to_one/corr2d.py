import torch


def corr2d(X, K):
    if not X.is_floating_point():
        X = X.float() / 255          # pixels to the range 0..1
    K = K.to(X.dtype)
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1, dtype=X.dtype)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
