import math

import torch


def _pair(v):
    return list(v) if isinstance(v, (list, tuple)) else [v, v]


def _begin(n, k, s, p, d, ceil_mode):
    rest = n + 2 * p - d * (k - 1) - 1
    count = 1 + (math.ceil(rest / s) if ceil_mode else math.floor(rest / s))
    begin = [i * s - p for i in range(count)]
    if ceil_mode:
        begin = [b for b in begin if b < n]
    return begin


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    kh, kw = _pair(kernel_size)
    sh, sw = _pair(kernel_size) if stride is None else _pair(stride)
    ph, pw = _pair(padding)
    dh, dw = _pair(dilation)
    H, W = len(x[0][0]), len(x[0][0][0])
    values, indices = [], []
    for sample in x.tolist():
        values.append([])
        indices.append([])
        for plane in sample:
            v_rows, i_rows = [], []
            for top in _begin(H, kh, sh, ph, dh, ceil_mode):
                v_row, i_row = [], []
                for left in _begin(W, kw, sw, pw, dw, ceil_mode):
                    cells = [
                        (plane[r][c], r * W + c)
                        for r in range(top, top + kh * dh, dh)
                        for c in range(left, left + kw * dw, dw)
                        if 0 <= r < H and 0 <= c < W
                    ]
                    value, index = max(cells, default=(-math.inf, 0))
                    v_row.append(value)
                    i_row.append(index)
                v_rows.append(v_row)
                i_rows.append(i_row)
            values[-1].append(v_rows)
            indices[-1].append(i_rows)
    values = torch.tensor(values)
    return (values, torch.tensor(indices)) if return_indices else values


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    kh, kw = _pair(kernel_size)
    sh, sw = _pair(kernel_size) if stride is None else _pair(stride)
    ph, pw = _pair(padding)
    H, W = len(x[0][0]), len(x[0][0][0])

    def mean(plane, top, left):
        bottom, right = min(top + kh, H + ph), min(left + kw, W + pw)
        cells = [plane[r][c] for r in range(max(0, top), min(H, bottom)) for c in range(max(0, left), min(W, right))]
        number = (bottom - top) * (right - left) if count_include_pad else len(cells)
        return math.fsum(cells) / (number if divisor_override is None else divisor_override)

    return torch.tensor([
        [
            [
                [mean(plane, top, left) for left in _begin(W, kw, sw, pw, 1, ceil_mode)]
                for top in _begin(H, kh, sh, ph, 1, ceil_mode)
            ]
            for plane in sample
        ]
        for sample in x.tolist()
    ])


def global_avg_pool2d(x):
    return torch.tensor([[sum(map(sum, plane)) / (len(plane) * len(plane[0])) for plane in sample] for sample in x.tolist()])
