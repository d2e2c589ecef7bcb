import torch


def corr2d(X, K):
    N, C, H, W = X.shape
    O, C, h, w = K.shape
    Y = torch.zeros(N, O, H - h + 1, W - w + 1)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            Y[:, :, i, j] = torch.einsum("ncab,ocab->no", X[:, :, i:i + h, j:j + w], K)
    return Y
