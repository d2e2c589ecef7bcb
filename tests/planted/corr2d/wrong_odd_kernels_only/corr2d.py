import torch
import torch.nn.functional as F


def corr2d(X, K):
    H, W = X.shape
    h, w = K.shape
    ph, pw = h // 2, w // 2
    P = F.pad(X, (pw, pw, ph, ph))
    Y = torch.zeros(H, W)
    for i in range(H):
        for j in range(W):
            Y[i, j] = (P[i:i + h, j:j + w] * K).sum()
    # remove the border again
    return Y[ph:H - ph, pw:W - pw]
