import numpy as np


def _pair(v):
    return (v, v) if np.isscalar(v) else (v[0], v[1])


def output_size(W, K, P=0, S=1, D=1):
    return (W + 2 * P - D * (K - 1) - 1) // S + 1


def _full(a, b):
    """Full convolution of the last two axes."""
    size = [a.shape[-2] + b.shape[-2] - 1, a.shape[-1] + b.shape[-1] - 1]
    return np.fft.irfft2(np.fft.rfft2(a, size) * np.fft.rfft2(b, size), size)


def _correlate(x, k):
    full = _full(x, k[..., ::-1, ::-1])
    h, w = k.shape[-2:]
    return full[..., h - 1:x.shape[-2], w - 1:x.shape[-1]]


def _holes(k, dh, dw):
    out = np.zeros((*k.shape[:-2], dh * (k.shape[-2] - 1) + 1, dw * (k.shape[-1] - 1) + 1))
    out[..., ::dh, ::dw] = k
    return out


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    (sh, sw), (ph, pw), (dh, dw) = _pair(stride), _pair(padding), _pair(dilation)
    x = np.pad(x.astype(float), ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    k = _holes(weight, dh, dw)
    per_in, per_out = weight.shape[1], weight.shape[0] // groups
    maps = []
    for o in range(weight.shape[0]):
        g = o // per_out
        y = _correlate(x[:, g * per_in:(g + 1) * per_in], k[o]).sum(axis=1)
        maps.append(y[:, ::sh, ::sw] + (0 if bias is None else bias[o]))
    return np.stack(maps, axis=1)


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    (sh, sw), (ph, pw) = _pair(stride), _pair(padding)
    H, W = x.shape[2:]
    h, w = weight.shape[2:]
    x = np.pad(x.astype(float), ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    g = np.zeros((*grad.shape[:2], x.shape[2] - h + 1, x.shape[3] - w + 1))
    g[:, :, ::sh, ::sw] = grad
    dx = np.stack([_full(g, weight[None, :, c]).sum(axis=1) for c in range(x.shape[1])], axis=1)
    dw = np.stack([_correlate(x, g[:, o:o + 1]).sum(axis=0) for o in range(g.shape[1])])
    return dx[:, :, ph:ph + H, pw:pw + W], dw, grad.sum((0, 2, 3))


def true_convolution(X, K):
    h, w = K.shape
    return _full(X.astype(float), K)
