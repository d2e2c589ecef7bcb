import torch


def _shape(x, kernel_size, stride, padding, dilation, ceil_mode):
    two = lambda v: (v, v) if isinstance(v, int) else tuple(v)
    k, p, d = two(kernel_size), two(padding), two(dilation)
    s = k if stride is None else two(stride)
    hw = []
    for n, kk, ss, pp, dd in zip(x.shape[2:], k, s, p, d):
        o = (n + 2 * pp - dd * (kk - 1) - 1 + (ss - 1 if ceil_mode else 0)) // ss + 1
        hw.append(o - 1 if ceil_mode and (o - 1) * ss >= n + pp else o)
    return (x.shape[0], x.shape[1], *hw)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    out = torch.zeros(_shape(x, kernel_size, stride, padding, dilation, ceil_mode))
    # TODO loop over the windows
    return (out, out.long()) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    out = torch.zeros(_shape(x, kernel_size, stride, padding, 1, ceil_mode))
    # TODO
    return out


def global_avg_pool2d(x):
    return torch.zeros(x.shape[0], x.shape[1])
