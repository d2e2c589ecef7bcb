import torch


@torch.no_grad()
def corr2d(X, K):
    kh, kw = K.shape
    out = X.new_zeros((X.shape[0] - kh + 1, X.shape[1] - kw + 1), dtype=torch.float64)
    for i in range(kh):
        for j in range(kw):
            out += X[i:i + out.shape[0], j:j + out.shape[1]] * K[i, j]
    return out
