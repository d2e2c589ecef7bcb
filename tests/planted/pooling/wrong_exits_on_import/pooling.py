import sys

import torch


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    s = kernel_size if stride is None else stride
    return x.unfold(2, kernel_size, s).unfold(3, kernel_size, s).amax((4, 5))


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    s = kernel_size if stride is None else stride
    return x.unfold(2, kernel_size, s).unfold(3, kernel_size, s).mean((4, 5))


def global_avg_pool2d(x):
    return x.mean((2, 3))


picture = torch.arange(16.0).reshape(1, 1, 4, 4)
print(max_pool2d(picture, 2), avg_pool2d(picture, 2), global_avg_pool2d(picture))
sys.exit(0)
