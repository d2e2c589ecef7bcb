import torch


def as_pair(v):
    if isinstance(v, int):
        return v, v
    return v[0], v[1]


def out_len(n, k, s, p, d, ceil_mode):
    top = n + 2 * p - d * (k - 1) - 1
    if not ceil_mode:
        return top // s + 1
    length = -(-top // s) + 1
    # the last window has to start in the image or in the left padding
    if (length - 1) * s >= n + p:
        length = length - 1
    return length


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    if stride is None:
        stride = kernel_size
    kh, kw = as_pair(kernel_size)
    sh, sw = as_pair(stride)
    ph, pw = as_pair(padding)
    dh, dw = as_pair(dilation)
    N, C, H, W = x.shape
    OH = out_len(H, kh, sh, ph, dh, ceil_mode)
    OW = out_len(W, kw, sw, pw, dw, ceil_mode)
    out = torch.zeros(N, C, OH, OW, dtype=x.dtype)
    indices = torch.zeros(N, C, OH, OW, dtype=torch.long)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    best = -float("inf")
                    where = 0
                    for a in range(kh):
                        for b in range(kw):
                            row = i * sh - ph + a * dh
                            col = j * sw - pw + b * dw
                            if 0 <= row < H and 0 <= col < W:
                                value = x[n, c, row, col].item()
                                if value > best:
                                    best = value
                                    where = row * W + col
                    out[n, c, i, j] = best
                    indices[n, c, i, j] = where
    if return_indices:
        return out, indices
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    if stride is None:
        stride = kernel_size
    kh, kw = as_pair(kernel_size)
    sh, sw = as_pair(stride)
    ph, pw = as_pair(padding)
    N, C, H, W = x.shape
    OH = out_len(H, kh, sh, ph, 1, ceil_mode)
    OW = out_len(W, kw, sw, pw, 1, ceil_mode)
    out = torch.zeros(N, C, OH, OW, dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    total = 0.0
                    inside = 0
                    padded = 0
                    for a in range(kh):
                        for b in range(kw):
                            row = i * sh - ph + a
                            col = j * sw - pw + b
                            if row < H + ph and col < W + pw:
                                padded += 1
                            if 0 <= row < H and 0 <= col < W:
                                inside += 1
                                total += x[n, c, row, col].item()
                    if divisor_override is not None:
                        out[n, c, i, j] = total / divisor_override
                    elif count_include_pad:
                        out[n, c, i, j] = total / padded
                    else:
                        out[n, c, i, j] = total / inside
    return out


def global_avg_pool2d(x):
    N, C, H, W = x.shape
    out = torch.zeros(N, C, dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            total = 0.0
            for i in range(H):
                for j in range(W):
                    total += x[n, c, i, j].item()
            out[n, c] = total / (H * W)
    return out
