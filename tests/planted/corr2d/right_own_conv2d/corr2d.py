import torch


def conv2d(X, K):
    """True convolution: kernel turned by 180 degrees."""
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            for a in range(h):
                for b in range(w):
                    Y[i, j] += X[i + a, j + b] * K[h - 1 - a, w - 1 - b]
    return Y


def corr2d(X, K):
    # convolution with the flipped kernel is correlation
    return conv2d(X, torch.flip(K, dims=(0, 1)))
