"""My own versions of F.max_pool2d and F.avg_pool2d.

Run this file to compare them with nn.MaxPool2d / F.avg_pool2d / F.adaptive_avg_pool2d.
"""
import torch
import torch.nn.functional as F


def _pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def _len(n, k, s, p, d, ceil_mode):
    # same formula as nn.MaxPool2d's documentation
    v = n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)
    o = v // s + 1
    return o - 1 if ceil_mode and (o - 1) * s >= n + p else o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """like F.max_pool2d"""
    (kh, kw), (ph, pw), (dh, dw) = _pair(kernel_size), _pair(padding), _pair(dilation)
    sh, sw = _pair(kernel_size if stride is None else stride)
    N, C, H, W = x.shape
    oh, ow = _len(H, kh, sh, ph, dh, ceil_mode), _len(W, kw, sw, pw, dw, ceil_mode)
    r = (torch.arange(oh) * sh - ph).view(oh, 1, 1, 1) + (torch.arange(kh) * dh).view(1, 1, kh, 1)
    c = (torch.arange(ow) * sw - pw).view(1, ow, 1, 1) + (torch.arange(kw) * dw).view(1, 1, 1, kw)
    valid = (r >= 0) & (r < H) & (c >= 0) & (c < W)
    flat = torch.where(valid, r * W + c, 0).reshape(oh, ow, kh * kw)
    cells = x.reshape(N, C, H * W)[:, :, flat].masked_fill(~valid.reshape(oh, ow, kh * kw), float("-inf"))
    out, which = cells.max(dim=-1)
    if return_indices:
        return out, flat.expand(N, C, oh, ow, kh * kw).gather(-1, which.unsqueeze(-1)).squeeze(-1)
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    """like F.avg_pool2d"""
    (kh, kw), (ph, pw) = _pair(kernel_size), _pair(padding)
    sh, sw = _pair(kernel_size if stride is None else stride)
    H, W = x.shape[2:]
    oh, ow = _len(H, kh, sh, ph, 1, ceil_mode), _len(W, kw, sw, pw, 1, ceil_mode)
    out = torch.zeros(*x.shape[:2], oh, ow, dtype=x.dtype)
    for i in range(oh):
        t = i * sh - ph
        b = min(t + kh, H + ph)
        for j in range(ow):
            l = j * sw - pw
            r = min(l + kw, W + pw)
            part = x[:, :, max(t, 0):min(b, H), max(l, 0):min(r, W)]
            n = (b - t) * (r - l) if count_include_pad else part[0, 0].numel()
            out[:, :, i, j] = part.sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))


if __name__ == "__main__":
    image = torch.randn(2, 3, 9, 7)
    mine, where = max_pool2d(image, 3, 2, 1, return_indices=True)
    theirs, there = F.max_pool2d(image, 3, 2, 1, return_indices=True)
    print(torch.equal(mine, theirs), torch.equal(where, there))
    print(torch.allclose(avg_pool2d(image, 2, ceil_mode=True), F.avg_pool2d(image, 2, ceil_mode=True)))
    print(torch.allclose(global_avg_pool2d(image)[..., None, None], F.adaptive_avg_pool2d(image, 1)))
    print(torch.nn.MaxPool2d(2)(image).shape)
