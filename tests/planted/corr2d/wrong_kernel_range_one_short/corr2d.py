import torch


def corr2d(X, K):
    h, w = K.shape
    oh, ow = X.shape[0] - h + 1, X.shape[1] - w + 1
    Y = torch.zeros(oh, ow)
    for i in range(oh):
        for j in range(ow):
            for a in range(h - 1):
                for b in range(w - 1):
                    Y[i, j] += X[i + a, j + b] * K[a, b]
    return Y
