import torch


def corr2d(a, b, /):
    p, q = b.shape
    m, n = a.shape[0] - p + 1, a.shape[1] - q + 1
    c = torch.empty(m, n, dtype=torch.float64)
    for i in range(m * n):
        r, s = divmod(i, n)
        c[r, s] = (a[r:r + p, s:s + q] * b).sum()
    return c
