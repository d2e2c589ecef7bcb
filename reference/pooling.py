"""Pooling with the whole of PyTorch's semantics, spelled out in NumPy.

Shapes: x (N, C, H, W); results (N, C, H', W') with H' = floor((H + 2P - D(K-1) - 1)/S) + 1, rounded up instead
with ceil_mode, where a last window that would start beyond the image and its left padding is dropped.
Source: the documentation of torch.nn.MaxPool2d and torch.nn.AvgPool2d.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Pair = int | tuple[int, int] | list[int]


def max_pool2d(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    """The largest value under each window; padding counts as minus infinity.

    x (N, C, H, W) floating point. With `return_indices` also the place of each maximum as row * W + column in
    the unpadded image (int64). Raises ValueError for a padding of more than half of the kernel, and
    when no window fits.
    """
    kernel, strides, dilations = pair(kernel_size), pair(stride or kernel_size), pair(dilation)
    windows = _windows(x, -np.inf, kernel, strides, pair(padding), dilations, ceil_mode)
    values: np.ndarray = windows.max(axis=(-2, -1))
    if not return_indices:
        return values
    places = np.arange(x.shape[2] * x.shape[3]).reshape(1, 1, *x.shape[2:])
    places = _windows(places, -1, kernel, strides, pair(padding), dilations, ceil_mode)
    flat = windows.reshape(*values.shape, -1).argmax(-1)[..., None]
    places = np.broadcast_to(places, windows.shape).reshape(*values.shape, -1)
    return values, np.take_along_axis(places, flat, -1)[..., 0].astype(np.int64)


def avg_pool2d(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> np.ndarray:
    """The mean under each window; padding counts as zeros.

    x (N, C, H, W). The sum is divided by `divisor_override` if given, else by the number of cells under the
    window: those of the padded image, or with count_include_pad=False those of the image alone. Cells that
    ceil_mode reaches beyond the padding never count.
    """
    shape = (pair(kernel_size), pair(stride or kernel_size), pair(padding), (1, 1), ceil_mode)
    sums: np.ndarray = _windows(np.asarray(x, dtype=np.float64), 0.0, *shape).sum(axis=(-2, -1))
    if divisor_override:
        return np.asarray(sums / divisor_override)
    (top, left), ones = pair(padding), np.ones((1, 1, *x.shape[2:]))
    if count_include_pad:
        ones = np.pad(ones, ((0, 0), (0, 0), (top, top), (left, left)), constant_values=1.0)
        shape = (shape[0], shape[1], (0, 0), (1, 1), ceil_mode)
    counts = _windows(ones, 0.0, *shape, size=sums.shape[2:]).sum(axis=(-2, -1))
    return np.asarray(sums / counts)


def global_avg_pool2d(x: np.ndarray) -> np.ndarray:
    """The mean of each channel, over H and then W: (N, C, H, W) -> (N, C)."""
    return np.asarray(np.asarray(x, dtype=np.float64).mean(axis=2).mean(axis=2))


def pair(value: Pair) -> tuple[int, int]:
    """One number for both axes, or a number for each: rows first."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def output_size(size: int, kernel: int, stride: int, padding: int, dilation: int = 1, ceil_mode: bool = False) -> int:
    """How many windows fit along one axis."""
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if not ceil_mode:
        return room // stride + 1
    windows = -(-room // stride) + 1
    return windows - 1 if (windows - 1) * stride >= size + padding else windows


def _windows(
    x: np.ndarray,
    fill: float,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
    ceil_mode: bool,
    size: tuple[int, ...] | None = None,
) -> np.ndarray:
    """All windows: (N, C, H', W', kernel rows, kernel columns), the outside filled with `fill`."""
    if any(2 * padding[i] > kernel[i] for i in (0, 1)):
        raise ValueError(f"a padding of {padding} is more than half of the kernel {kernel}")
    if size is None:
        size = tuple(
            output_size(x.shape[2 + i], kernel[i], stride[i], padding[i], dilation[i], ceil_mode) for i in (0, 1)
        )
    span = [dilation[i] * (kernel[i] - 1) + 1 for i in (0, 1)]
    beyond = [max(0, (size[i] - 1) * stride[i] + span[i] - x.shape[2 + i] - padding[i]) for i in (0, 1)]
    edges = [(0, 0), (0, 0), *((padding[i], beyond[i]) for i in (0, 1))]
    windows = sliding_window_view(np.pad(x, edges, constant_values=fill), span, axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
    return windows[:, :, : size[0], : size[1]]
