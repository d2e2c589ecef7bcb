import torch
import torch.nn.functional as F


def pairs(kernel_size, opts):
    values = [kernel_size, opts.get("stride"), opts.get("padding", 0), opts.get("dilation", 1)]
    if values[1] is None:
        values[1] = kernel_size
    return [(v, v) if isinstance(v, int) else tuple(v) for v in values]


def windows(x, kernel_size, opts, fill):
    k, s, p, d = pairs(kernel_size, opts)
    ceil_mode = opts.get("ceil_mode", False)
    out, more = [], []
    for a in range(2):
        n = x.shape[2 + a]
        reach = d[a] * (k[a] - 1) + 1
        o = (n + 2 * p[a] - reach) // s[a] + 1
        if ceil_mode and (n + 2 * p[a] - reach) % s[a] and -p[a] + o * s[a] < n:
            o += 1
        out.append(o)
        more.append(max(p[a], (o - 1) * s[a] + reach - n - p[a]))
    y = F.pad(x, (p[1], more[1], p[0], more[0]), value=fill)
    for a in range(2):
        y = y.unfold(2 + a, d[a] * (k[a] - 1) + 1, s[a]).narrow(2 + a, 0, out[a])
    return y[..., ::d[0], ::d[1]]


def max_pool2d(x, kernel_size, **kwargs):
    w = windows(x, kernel_size, kwargs, float("-inf"))
    best = w.reshape(*w.shape[:4], -1).max(-1)
    if not kwargs.get("return_indices"):
        return best.values
    k, s, p, d = pairs(kernel_size, kwargs)
    y = torch.arange(w.shape[2]).mul(s[0]).sub(p[0])[:, None] + torch.div(best.indices, k[1], rounding_mode="floor") * d[0]
    z = torch.arange(w.shape[3]).mul(s[1]).sub(p[1])[None, :] + best.indices % k[1] * d[1]
    return best.values, y * x.shape[3] + z


def avg_pool2d(x, kernel_size, **kwargs):
    total = windows(x, kernel_size, kwargs, 0.0).sum((-1, -2))
    if kwargs.get("divisor_override"):
        return total / kwargs["divisor_override"]
    k, s, p, _ = pairs(kernel_size, kwargs)
    margin = p if kwargs.get("count_include_pad", True) else (0, 0)
    for a in range(2):
        lo = torch.arange(total.shape[2 + a]) * s[a] - p[a]
        n = (lo + k[a]).clamp(max=x.shape[2 + a] + margin[a]) - lo.clamp(min=-margin[a])
        total = total / (n[:, None] if a == 0 else n)
    return total


def global_avg_pool2d(x, **kwargs):
    return x.mean((2, 3))
