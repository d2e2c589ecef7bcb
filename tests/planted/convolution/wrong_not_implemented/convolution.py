from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence, Tuple, Union

import torch
from torch import Tensor, nn

Two = Union[int, Sequence[int]]


@dataclass(frozen=True)
class Options:
    stride: Tuple[int, int]
    padding: Tuple[int, int]
    dilation: Tuple[int, int]

    @classmethod
    def of(cls, stride: Two, padding: Two, dilation: Two = 1) -> "Options":
        return cls(*(((v, v) if isinstance(v, int) else (v[0], v[1])) for v in (stride, padding, dilation)))


class Unfolded(nn.Module):
    def __init__(self, kernel: Sequence[int], options: Options) -> None:
        super().__init__()
        self.unfold = nn.Unfold(tuple(kernel), dilation=options.dilation, padding=options.padding, stride=options.stride)

    def forward(self, x: Tensor) -> Tensor:
        dtype = x.dtype
        if not dtype.is_floating_point:
            x = x.double()
        return self.unfold(x)


def output_size(W: int, K: int, P: int = 0, S: int = 1, D: int = 1) -> int:
    room = W + 2 * P - (D * (K - 1) + 1)
    steps, _ = divmod(room, S)
    return steps + 1


def conv2d(x: Tensor, weight: Tensor, bias: Optional[Tensor] = None, stride: Two = 1, padding: Two = 0,
           dilation: Two = 1, groups: int = 1) -> Tensor:
    options = Options.of(stride, padding, dilation)
    n, c, height, width = x.shape
    o, inner, h, w = weight.shape
    cols = Unfolded((h, w), options)(x).view(n, groups, inner * h * w, -1)
    kernels = weight.reshape(groups, o // groups, -1).to(cols.dtype)
    y = torch.matmul(kernels, cols).flatten(1, 2)
    rows = output_size(height, h, options.padding[0], options.stride[0], options.dilation[0])
    y = y.unflatten(2, (rows, -1))
    if bias is not None:
        y.add_(bias[:, None, None])
    return y


def conv2d_backward(x: Tensor, weight: Tensor, grad: Tensor, stride: Two = 1, padding: Two = 0):
    raise NotImplementedError
    options = Options.of(stride, padding)
    h, w = weight.shape[2:]
    cols = Unfolded((h, w), options)(x)
    flat = grad.flatten(2)
    grad_weight = torch.bmm(flat, cols.mT).sum(0).view(weight.shape)
    back = torch.matmul(weight.flatten(1).T, flat)
    grad_x = nn.Fold(x.shape[2:], (h, w), padding=options.padding, stride=options.stride)(back)
    return (grad_x, grad_weight, torch.sum(grad, (0, 2, 3)))


def true_convolution(X: Tensor, K: Tensor) -> Tensor:
    height, width = X.shape
    h, w = K.shape
    Y = X.new_zeros(height - h + 1, width - w + 1)
    for a in range(h):
        for b in range(w):
            Y += K[a, b] * X[h - 1 - a:height - a, w - 1 - b:width - b]
    return Y
