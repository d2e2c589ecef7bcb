"""Pooling layers, written out.

All functions take an image batch of shape (N, C, H, W).
"""
from __future__ import annotations

from typing import Sequence, Union

import torch
from torch import Tensor

IntOrPair = Union[int, Sequence[int]]


def _to_pair(value: IntOrPair) -> tuple[int, int]:
    """Return ``value`` as (height, width)."""
    if isinstance(value, int):
        return value, value
    first, second = value
    return int(first), int(second)


def _starts(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> list[int]:
    """First cell of every window, counted in the image without padding."""
    span: int = size + 2 * padding - dilation * (kernel - 1) - 1
    number: int = span // stride + 1
    if ceil_mode:
        number = -(-span // stride) + 1
    positions: list[int] = [i * stride - padding for i in range(number)]
    if ceil_mode and positions[-1] >= size:
        positions.pop()
    return positions


def max_pool2d(
    x: Tensor,
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: IntOrPair = 0,
    dilation: IntOrPair = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """Maximum of every window; padding counts as minus infinity."""
    kernel, pad, dil = _to_pair(kernel_size), _to_pair(padding), _to_pair(dilation)
    step = kernel if stride is None else _to_pair(stride)
    height, width = x.shape[2], x.shape[3]
    tops = torch.tensor(_starts(height, kernel[0], step[0], pad[0], dil[0], ceil_mode))
    lefts = torch.tensor(_starts(width, kernel[1], step[1], pad[1], dil[1], ceil_mode))
    best: Tensor = torch.full((*x.shape[:2], len(tops), len(lefts)), float("-inf"), dtype=x.dtype)
    index: Tensor = torch.zeros(best.shape, dtype=torch.long)
    for a in range(kernel[0]):
        for b in range(kernel[1]):
            r, c = tops + a * dil[0], lefts + b * dil[1]
            rows = torch.nonzero((r >= 0) & (r < height)).flatten()
            cols = torch.nonzero((c >= 0) & (c < width)).flatten()
            seen = torch.full_like(best, float("-inf"))
            seen[:, :, rows[:, None], cols] = x[:, :, r[rows][:, None], c[cols]]
            better = seen > best
            best = torch.where(better, seen, best)
            index = torch.where(better, r[:, None] * width + c, index)
    return (best, index) if return_indices else best


def avg_pool2d(
    x: Tensor,
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: IntOrPair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Mean of every window; padding counts as zero."""
    kernel, pad = _to_pair(kernel_size), _to_pair(padding)
    step = kernel if stride is None else _to_pair(stride)
    height, width = x.shape[2], x.shape[3]
    tops = _starts(height, kernel[0], step[0], pad[0], 1, ceil_mode)
    lefts = _starts(width, kernel[1], step[1], pad[1], 1, ceil_mode)
    result: Tensor = x.new_empty((*x.shape[:2], len(tops), len(lefts)))
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            window: Tensor = x[..., max(top, 0) : top + kernel[0], max(left, 0) : left + kernel[1]]
            divisor: float
            if divisor_override is not None:
                divisor = divisor_override
            elif count_include_pad:
                divisor = (min(top + kernel[0], height + pad[0]) - top) * (min(left + kernel[1], width + pad[1]) - left)
            else:
                divisor = window.shape[-1] * window.shape[-2]
            result[:, :, i, j] = window.sum(dim=(-2, -1)) / divisor
    return result


def global_avg_pool2d(x: Tensor) -> Tensor:
    """Mean over height and width, shape (N, C)."""
    return x.mean(dim=2).mean(dim=2)
