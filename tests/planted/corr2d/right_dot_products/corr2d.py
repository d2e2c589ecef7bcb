import torch


def corr2d(X, K):
    h, w = K.shape
    k = K.flatten()
    out = []
    for i in range(X.shape[0] - h + 1):
        for j in range(X.shape[1] - w + 1):
            out.append(torch.dot(X[i:i + h, j:j + w].flatten(), k))
    return torch.stack(out).reshape(X.shape[0] - h + 1, X.shape[1] - w + 1)
