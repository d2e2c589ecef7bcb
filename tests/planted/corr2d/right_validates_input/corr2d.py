import torch


def corr2d(X, K):
    assert X.dim() == 2 and K.dim() == 2, "expects two matrices"
    h, w = K.shape
    H, W = X.shape
    if h > H or w > W:
        raise ValueError(f"kernel {tuple(K.shape)} is larger than the image {tuple(X.shape)}")
    Y = torch.zeros(H - h + 1, W - w + 1)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
