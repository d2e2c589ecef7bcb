import torch.nn.functional as F


def fix(v):
    return tuple(v) if isinstance(v, list) else v


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    return F.max_pool2d(x, fix(kernel_size), fix(stride), fix(padding), fix(dilation), ceil_mode, return_indices)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    return F.avg_pool2d(x, fix(kernel_size), fix(stride), fix(padding), ceil_mode, count_include_pad, divisor_override)


def global_avg_pool2d(x):
    return x.mean((2, 3))
