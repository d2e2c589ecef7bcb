import torch


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    N, C, H, W = x.shape
    out_hw = []
    for a, n in enumerate((H, W)):
        m = (n + 2 * p[a] - d[a] * (k[a] - 1) - 1 + (s[a] - 1 if ceil_mode else 0)) // s[a] + 1
        out_hw.append(m - 1 if ceil_mode and (m - 1) * s[a] >= n + p[a] else m)
    out = torch.full((N, C, *out_hw), float("-inf"), dtype=x.dtype)
    idx = torch.zeros((N, C, *out_hw), dtype=torch.long)
    for i in range(out_hw[0]):
        for j in range(out_hw[1]):
            for a in range(k[0]):
                for b in range(k[1]):
                    r, c = i * s[0] - p[0] + a * d[0], j * s[1] - p[1] + b * d[1]
                    if r < 0 or c < 0 or r >= H or c >= W:
                        continue
                    new = x[:, :, r, c] > out[:, :, i, j]
                    out[:, :, i, j] = torch.where(new, x[:, :, r, c], out[:, :, i, j])
                    idx[:, :, i, j] = torch.where(new, r * W + c, idx[:, :, i, j])
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    raise NotImplementedError("will do this on Sunday")


def global_avg_pool2d(x):
    raise NotImplementedError
