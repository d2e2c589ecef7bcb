"""Convolution as a layer of a network does it, forward and backward, spelled out in NumPy.

Shapes: x (N, C, H, W) images, weight (O, C/groups, h, w) kernels, bias (O,), y (N, O, H', W') with
H' = floor((H + 2P - D(h-1) - 1)/S) + 1. "Convolution" is cross-correlation here, as in every library; the mathematician's,
which turns the kernel around, is `true_convolution`.
Source: the documentation of torch.nn.Conv2d; Zhang, Lipton, Li, Smola, "Dive into Deep Learning", sections 7.2 to 7.4;
Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", for the backward pass.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Pair = int | tuple[int, int] | list[int]


def conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> np.ndarray:
    """y[n, o, i, j] = bias[o] + sum over c, a, b of x[n, c, i*S + a*D - P, j*S + b*D - P] * weight[o, c, a, b].

    x (N, C, H, W), weight (O, C/groups, h, w), bias (O,) -> y (N, O, H', W'), float64; outside of the image x is zero.
    With groups the channels are cut into as many equal parts, and the kernels too: each part of the kernels sees its
    own part of the channels alone.
    """
    windows = _windows(x, weight.shape[2:], pair(stride), pair(padding), pair(dilation))  # (N, C, H', W', h, w)
    windows = windows.reshape(len(x), groups, -1, *windows.shape[2:])
    kernels = np.asarray(weight, dtype=np.float64).reshape(groups, -1, *weight.shape[1:])
    y = np.einsum("ngcijab,gocab->ngoij", windows, kernels)
    y = y.reshape(len(x), len(weight), *y.shape[3:])
    return np.asarray(y if bias is None else y + np.reshape(bias, (-1, 1, 1)))


def conv2d_backward(
    x: np.ndarray, weight: np.ndarray, grad: np.ndarray, stride: Pair = 1, padding: Pair = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of sum(conv2d(x, weight, bias, stride, padding) * grad): of x, of weight and of bias.

    x (N, C, H, W), weight (O, C, h, w), grad (N, O, H', W') -> (N, C, H, W), (O, C, h, w), (O,), float64. The input's
    is the full correlation of grad, spread by the stride, with the kernel turned around and its two channel axes
    exchanged; the kernel's is the correlation of the input with grad.
    """
    (height, width), (h, w) = x.shape[2:], weight.shape[2:]
    rows, columns = pair(stride)
    top, left = pair(padding)
    grad = np.asarray(grad, dtype=np.float64)
    spread = np.zeros((*grad.shape[:2], height + 2 * top - h + 1, width + 2 * left - w + 1))
    spread[:, :, ::rows, ::columns] = grad  # where the windows of a stride of 1 would lie
    full = conv2d(spread, weight[:, :, ::-1, ::-1].swapaxes(0, 1), padding=(h - 1, w - 1))
    windows = _windows(x, (h, w), (rows, columns), (top, left), (1, 1))
    return (
        full[:, :, top : top + height, left : left + width].copy(),
        np.einsum("ncijab,noij->ocab", windows, grad),
        grad.sum(axis=(0, 2, 3)),
    )


def true_convolution(X: np.ndarray, K: np.ndarray) -> np.ndarray:
    """Y[i, j] = sum over a, b of X[i + h-1 - a, j + w-1 - b] * K[a, b]: the kernel is turned around before it slides.

    X (H, W), K (h, w) -> (H-h+1, W-w+1), float64.
    """
    return np.asarray(conv2d(X[None, None], K[None, None, ::-1, ::-1])[0, 0])


def output_size(W: int, K: int, P: int = 0, S: int = 1, D: int = 1) -> int:
    """How many windows fit along an axis of W cells: floor((W + 2P - D(K-1) - 1)/S) + 1."""
    return (W + 2 * P - D * (K - 1) - 1) // S + 1


def pair(value: Pair) -> tuple[int, int]:
    """One number for both axes, or a number for each: rows first."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _windows(
    x: np.ndarray,
    kernel: tuple[int, ...],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
) -> np.ndarray:
    """What each window sees: (N, C, H', W', h, w)."""
    (top, left), span = padding, [dilation[i] * (kernel[i] - 1) + 1 for i in (0, 1)]
    padded = np.pad(np.asarray(x, dtype=np.float64), ((0, 0), (0, 0), (top, top), (left, left)))
    windows = sliding_window_view(padded, span, axis=(2, 3))
    return windows[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
