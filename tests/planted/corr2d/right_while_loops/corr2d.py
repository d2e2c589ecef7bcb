import torch

def corr2d(X, K):
    H = X.shape[0]; W = X.shape[1]
    h = K.shape[0]; w = K.shape[1]
    Y = torch.zeros(H - h + 1, W - w + 1)
    i = 0
    while i + h <= H:
        j = 0
        while j + w <= W:
            Y[i, j] = (X[i:i+h, j:j+w] * K).sum()
            j += 1
        i += 1
    return Y
