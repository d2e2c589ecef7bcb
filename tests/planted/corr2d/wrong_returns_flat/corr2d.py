import torch

def corr2d(X, K):
    h, w = K.shape
    out = []
    for i in range(X.shape[0] - h + 1):
        for j in range(X.shape[1] - w + 1):
            out.append((X[i:i + h, j:j + w] * K).sum())
    return torch.stack(out)
