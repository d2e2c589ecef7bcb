import torch


def tup(v):
    return tuple(v) if type(v) in (tuple, list) else (v, v)


def osize(n, k, s, p, d, cm):
    r = n + 2 * p - d * (k - 1) - 1
    if not cm:
        return r // s + 1
    o = (r + s - 1) // s + 1
    return o if (o - 1) * s < n + p else o - 1


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = torch.as_tensor(x).double()
    (kh, kw), (ph, pw), (dh, dw) = tup(kernel_size), tup(padding), tup(dilation)
    sh, sw = (kh, kw) if stride is None else tup(stride)
    N, C, H, W = x.shape
    oh, ow = osize(H, kh, sh, ph, dh, ceil_mode), osize(W, kw, sw, pw, dw, ceil_mode)
    canvas = torch.full((N, C, ph + H + ph + sh, pw + W + pw + sw), -torch.inf, dtype=torch.float64)
    canvas[:, :, ph:ph + H, pw:pw + W] = x
    out, idx = [], []
    for i in range(oh):
        rows = torch.arange(kh) * dh + i * sh
        for j in range(ow):
            cols = torch.arange(kw) * dw + j * sw
            v, a = canvas.index_select(2, rows).index_select(3, cols).flatten(2).max(2)
            out.append(v)
            idx.append((rows[a // kw] - ph) * W + cols[a % kw] - pw)
    out, idx = torch.stack(out, 2).view(N, C, oh, ow), torch.stack(idx, 2).view(N, C, oh, ow)
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = torch.as_tensor(x).double()
    (kh, kw), (ph, pw) = tup(kernel_size), tup(padding)
    sh, sw = (kh, kw) if stride is None else tup(stride)
    H, W = x.shape[2:]
    oh, ow = osize(H, kh, sh, ph, 1, ceil_mode), osize(W, kw, sw, pw, 1, ceil_mode)
    # one row of weights per output row: 1 for cells in the window, so that A @ x @ B.T is the window sum
    A = torch.zeros(oh, H, dtype=torch.float64)
    B = torch.zeros(ow, W, dtype=torch.float64)
    nA, nB = torch.zeros(oh, dtype=torch.float64), torch.zeros(ow, dtype=torch.float64)
    for M, n, o, k, s, p, L in ((A, nA, oh, kh, sh, ph, H), (B, nB, ow, kw, sw, pw, W)):
        for i in range(o):
            a, b = i * s - p, i * s - p + k
            M[i, max(a, 0):min(b, L)] = 1
            n[i] = min(b, L + p) - a if count_include_pad else M[i].sum()
    total = A @ x @ B.T
    if divisor_override is not None:
        return total / divisor_override
    return total / nA[:, None] / nB[None, :]


def global_avg_pool2d(x):
    return torch.as_tensor(x).double().mean(dim=(2, 3))
