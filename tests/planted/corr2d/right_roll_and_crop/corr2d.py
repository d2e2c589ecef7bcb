import torch


def corr2d(X, K):
    total = torch.zeros(X.shape, dtype=torch.float64)
    for a in range(K.shape[0]):
        for b in range(K.shape[1]):
            total += torch.roll(X, shifts=(-a, -b), dims=(0, 1)) * K[a, b]
    # what was rolled in from the other side is cut away
    return total[:X.shape[0] - K.shape[0] + 1, :X.shape[1] - K.shape[1] + 1]
