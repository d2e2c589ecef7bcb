from functools import partial

import torch


def slide(reduce, X, K):
    h, w = K.shape
    rows = [torch.stack([reduce(X[i:i + h, j:j + w] * K) for j in range(X.shape[1] - w + 1)])
            for i in range(X.shape[0] - h + 1)]
    return torch.stack(rows)


corr2d = partial(slide, torch.sum)
