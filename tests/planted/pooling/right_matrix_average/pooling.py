import numpy as np

# The mean over a window is linear, and rows and columns separate: mean = A @ image @ B.T
# with 1 / (window height) in the rows of A and 1 / (window width) in the rows of B.


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def begins(n, k, s, p, d, ceil_mode):
    m = (n + 2 * p - d * (k - 1) - 1) / s
    m = int(np.ceil(m) if ceil_mode else np.floor(m)) + 1
    b = np.arange(m) * s - p
    return b[b < n] if ceil_mode else b


def averager(n, k, s, p, ceil_mode, include):
    b = begins(n, k, s, p, 1, ceil_mode)[:, None]
    cell = np.arange(-p, n + p)[None, :]
    A = ((cell >= b) & (cell < b + k)).astype(float)
    real = (cell[0] >= 0) & (cell[0] < n)
    count = A.sum(1) if include else A[:, real].sum(1)
    return A[:, real], count


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = pair(kernel_size), pair(padding)
    s = k if stride is None else pair(stride)
    A, a = averager(x.shape[2], k[0], s[0], p[0], ceil_mode, count_include_pad)
    B, b = averager(x.shape[3], k[1], s[1], p[1], ceil_mode, count_include_pad)
    if divisor_override is None:
        return np.einsum("ih,nchw,jw->ncij", A / a[:, None], x, B / b[:, None])
    return np.einsum("ih,nchw,jw->ncij", A, x, B) / divisor_override


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    N, C, H, W = x.shape
    rb, cb = begins(H, k[0], s[0], p[0], d[0], ceil_mode), begins(W, k[1], s[1], p[1], d[1], ceil_mode)
    # no linear trick here: look at every cell that is in the window
    rin = ((np.arange(H) - rb[:, None]) % d[0] == 0) & (np.arange(H) >= rb[:, None]) & (np.arange(H) < rb[:, None] + k[0] * d[0])
    cin = ((np.arange(W) - cb[:, None]) % d[1] == 0) & (np.arange(W) >= cb[:, None]) & (np.arange(W) < cb[:, None] + k[1] * d[1])
    inside = (rin[:, None, :, None] & cin[None, :, None, :]).reshape(len(rb), len(cb), H * W)
    every = np.where(inside, x.reshape(N, C, 1, 1, H * W), -np.inf)
    if return_indices:
        return every.max(-1), every.argmax(-1)
    return every.max(-1)


def global_avg_pool2d(x):
    x = np.asarray(x)
    h, w = x.shape[2:]
    return np.einsum("nchw,h,w->nc", x, np.full(h, 1 / h), np.full(w, 1 / w))
