import torch


def corr2d(X, K):
    (H, W), (h, w) = X.shape, K.shape
    return torch.tensor([[(X[i:i+h, j:j+w] * K).sum().item() for j in range(W-w+1)] for i in range(H-h+1)])
