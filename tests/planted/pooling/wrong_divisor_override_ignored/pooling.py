import torch


def P(a):
    return (a, a) if isinstance(a, int) else tuple(a)


def S(n, k, s, p, d, c):
    """starts"""
    z = n + 2 * p - d * (k - 1) - 1
    m = z // s + 1 + (1 if c and z % s else 0)
    st = [i * s - p for i in range(m)]
    if c and st[-1] >= n:
        st = st[:-1]
    return st


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = P(kernel_size), P(padding), P(dilation)
    s = k if stride is None else P(stride)
    H, W = x.shape[2:]
    A, B = S(H, k[0], s[0], p[0], d[0], ceil_mode), S(W, k[1], s[1], p[1], d[1], ceil_mode)
    out = torch.full((*x.shape[:2], len(A), len(B)), -torch.inf, dtype=x.dtype)
    ind = torch.zeros(out.shape, dtype=torch.long)
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            for u in range(k[0]):
                for v in range(k[1]):
                    r, c = a + u * d[0], b + v * d[1]
                    if r in range(H) and c in range(W):
                        bigger = x[:, :, r, c] > out[:, :, i, j]
                        out[:, :, i, j] = torch.where(bigger, x[:, :, r, c], out[:, :, i, j])
                        ind[:, :, i, j] = torch.where(bigger, r * W + c, ind[:, :, i, j])
    return (out, ind) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = P(kernel_size), P(padding)
    s = k if stride is None else P(stride)
    H, W = x.shape[2:]
    A, B = S(H, k[0], s[0], p[0], 1, ceil_mode), S(W, k[1], s[1], p[1], 1, ceil_mode)
    rows = []
    for a in A:
        row = []
        for b in B:
            win = x[:, :, max(a, 0):a + k[0], max(b, 0):b + k[1]]
            if count_include_pad:
                row.append(win.sum((2, 3)) / ((min(a + k[0], H + p[0]) - a) * (min(b + k[1], W + p[1]) - b)))
            else:
                row.append(win.mean((2, 3)))
        rows.append(torch.stack(row, 2))
    return torch.stack(rows, 2)


def global_avg_pool2d(x):
    return x.mean((2, 3))
