import torch


def get2(v):
    if isinstance(v, int):
        return v, v
    return v[0], v[1]


def get_size(n, k, s, p, d, ceil_mode):
    span = n + 2 * p - (d * (k - 1) + 1)
    o = span // s + 1
    if ceil_mode and span % s > 0:
        if o * s < n + p:
            o += 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    kh, kw = get2(kernel_size)
    sh, sw = get2(kernel_size) if stride is None else get2(stride)
    ph, pw = get2(padding)
    dh, dw = get2(dilation)
    N, C, H, W = x.shape
    OH, OW = get_size(H, kh, sh, ph, dh, ceil_mode), get_size(W, kw, sw, pw, dw, ceil_mode)
    out = torch.zeros(N, C, OH, OW, dtype=x.dtype)
    ind = torch.zeros(N, C, OH, OW, dtype=torch.int64)
    for n in range(N):
        for c in range(C):
            plane = x[n, c].tolist()
            for i in range(OH):
                for j in range(OW):
                    best, place = 0, 0
                    for a in range(kh):
                        for b in range(kw):
                            row, col = i * sh - ph + a * dh, j * sw - pw + b * dw
                            if 0 <= row < H and 0 <= col < W:
                                if plane[row][col] > best:
                                    best, place = plane[row][col], row * W + col
                    out[n, c, i, j] = best
                    ind[n, c, i, j] = place
    return (out, ind) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    kh, kw = get2(kernel_size)
    sh, sw = get2(kernel_size) if stride is None else get2(stride)
    ph, pw = get2(padding)
    N, C, H, W = x.shape
    OH, OW = get_size(H, kh, sh, ph, 1, ceil_mode), get_size(W, kw, sw, pw, 1, ceil_mode)
    out = torch.zeros(N, C, OH, OW, dtype=x.dtype)
    for i in range(OH):
        for j in range(OW):
            count = 0
            for a in range(kh):
                for b in range(kw):
                    row, col = i * sh - ph + a, j * sw - pw + b
                    if 0 <= row < H and 0 <= col < W:
                        out[:, :, i, j] += x[:, :, row, col]
                        count += 1
                    elif row < H + ph and col < W + pw and count_include_pad:
                        count += 1
            out[:, :, i, j] /= divisor_override or count
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
