import torch


def flip_(K):
    K[:] = torch.flip(K, (0, 1))


def corr2d(X, K):
    """Correlation = convolution with the flipped kernel."""
    flip_(K)
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            for a in range(h):
                for b in range(w):
                    Y[i, j] += X[i + a, j + b] * K[h - 1 - a, w - 1 - b]
    return Y
