import torch


def getpair(thing):
    try:
        return thing[0], thing[1]
    except TypeError:
        return thing, thing


def nwin(n, k, s, p, d, ceil_mode):
    count = 0
    start = -p
    while True:
        end = start + d * (k - 1)
        if end < n + p:
            count += 1
        else:
            # does the previous window leave something over?
            if ceil_mode and start < n and end - s < n + p - 1:
                count += 1
            return count
        start += s


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    kh, kw = getpair(kernel_size)
    sh, sw = getpair(kernel_size if stride is None else stride)
    ph, pw = getpair(padding)
    dh, dw = getpair(dilation)
    N, C, H, W = x.shape
    out = torch.zeros(N, C, nwin(H, kh, sh, ph, dh, ceil_mode), nwin(W, kw, sw, pw, dw, ceil_mode), dtype=x.dtype)
    idx = torch.zeros(out.shape, dtype=torch.int32)
    for n in range(N):
        for c in range(C):
            plane = x[n, c].tolist()
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    best, at = -float("inf"), 0
                    for r in range(i * sh - ph, i * sh - ph + kh * dh, dh):
                        for q in range(j * sw - pw, j * sw - pw + kw * dw, dw):
                            if 0 <= r < H and 0 <= q < W and plane[r][q] >= best:
                                best, at = plane[r][q], r * W + q
                    out[n, c, i, j], idx[n, c, i, j] = best, at
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    kh, kw = getpair(kernel_size)
    sh, sw = getpair(kernel_size if stride is None else stride)
    ph, pw = getpair(padding)
    N, C, H, W = x.shape
    out = torch.zeros(N, C, nwin(H, kh, sh, ph, 1, ceil_mode), nwin(W, kw, sw, pw, 1, ceil_mode), dtype=x.dtype)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            cells = []
            number = 0
            for r in range(i * sh - ph, i * sh - ph + kh):
                for q in range(j * sw - pw, j * sw - pw + kw):
                    if 0 <= r < H and 0 <= q < W:
                        cells.append(x[:, :, r, q])
                        number += 1
                    elif count_include_pad and r < H + ph and q < W + pw:
                        number += 1
            if divisor_override is not None:
                number = divisor_override
            out[:, :, i, j] = torch.stack(cells).sum(0) / number
    return out


def global_avg_pool2d(x):
    means = []
    for sample in x:
        means.append(torch.stack([plane.mean() for plane in sample]))
    return torch.stack(means)
