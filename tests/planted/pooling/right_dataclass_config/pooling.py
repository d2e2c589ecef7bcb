from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Setting:
    kernel: tuple
    stride: tuple
    padding: tuple
    dilation: tuple
    ceil_mode: bool

    @classmethod
    def make(cls, kernel, stride, padding, dilation, ceil_mode):
        fix = lambda v: tuple(v) if isinstance(v, (tuple, list)) else (v, v)
        return cls(fix(kernel), fix(kernel if stride is None else stride), fix(padding), fix(dilation), ceil_mode)

    def starts(self, axis, n):
        k, s, p, d = self.kernel[axis], self.stride[axis], self.padding[axis], self.dilation[axis]
        out, rest = divmod(n + 2 * p - d * (k - 1) - 1, s)
        out += 1
        if self.ceil_mode and rest and out * s < n + p:
            out += 1
        return range(-p, -p + out * s, s)

    def cells(self, axis, start, n):
        """The cells of one window along one axis which really exist."""
        k, d = self.kernel[axis], self.dilation[axis]
        return [t for t in range(start, start + k * d, d) if 0 <= t < n]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    cfg = Setting.make(kernel_size, stride, padding, dilation, ceil_mode)
    N, C, H, W = x.shape
    rows, cols = cfg.starts(0, H), cfg.starts(1, W)
    out = torch.full((N, C, len(rows), len(cols)), float("-inf"), dtype=x.dtype)
    idx = torch.zeros(out.shape, dtype=torch.int64)
    plane = x.reshape(N, C, H * W)
    for i, r in enumerate(rows):
        for j, c in enumerate(cols):
            flat = [a * W + b for a in cfg.cells(0, r, H) for b in cfg.cells(1, c, W)]
            if flat:
                v, a = plane[:, :, flat].max(2)
                out[:, :, i, j] = v
                idx[:, :, i, j] = torch.tensor(flat)[a]
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    cfg = Setting.make(kernel_size, stride, padding, 1, ceil_mode)
    N, C, H, W = x.shape
    (kh, kw), (ph, pw) = cfg.kernel, cfg.padding
    rows, cols = cfg.starts(0, H), cfg.starts(1, W)
    out = torch.empty((N, C, len(rows), len(cols)), dtype=x.dtype)
    for i, r in enumerate(rows):
        for j, c in enumerate(cols):
            inside = x[:, :, max(r, 0):min(r + kh, H), max(c, 0):min(c + kw, W)]
            count = inside.shape[2] * inside.shape[3]
            if count_include_pad:
                count = min(kh, H + ph - r) * min(kw, W + pw - c)
            out[:, :, i, j] = inside.sum((2, 3)) / (count if divisor_override is None else divisor_override)
    return out


def global_avg_pool2d(x):
    N, C = x.shape[:2]
    return x.reshape(N, C, -1).mean(dim=2)
