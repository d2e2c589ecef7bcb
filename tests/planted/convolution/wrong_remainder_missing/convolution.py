import numpy as np


def two(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def output_size(W, K, P=0, S=1, D=1):
    return (W + 2 * P - D * (K - 1) - 1) // S + 1


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    (s, t), (p, q), (d, e) = two(stride), two(padding), two(dilation)
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
    N, C, H, W = xp.shape
    O, I, h, w = weight.shape
    y = np.zeros((N, O, output_size(H, h, 0, s, d), output_size(W, w, 0, t, e)))
    for o in range(O):
        first = o // (O // groups) * I
        for a in range(h):
            for b in range(w):
                seen = xp[:, first:first + I, a * d::s, b * e::t][:, :, :y.shape[2], :y.shape[3]]
                y[:, o] += (seen * weight[o, :, a, b].reshape(1, I, 1, 1)).sum(axis=1)
    return y if bias is None else y + bias.reshape(1, O, 1, 1)


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    (s, t), (p, q) = two(stride), two(padding)
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
    N, O, rows, cols = grad.shape
    h, w = weight.shape[2:]
    dx = np.zeros((N, x.shape[1], (rows - 1) * s + h, (cols - 1) * t + w))
    dw = np.zeros(weight.shape)
    for i in range(rows):
        for j in range(cols):
            top, left = i * s, j * t
            dw += np.einsum("no,ncab->ocab", grad[:, :, i, j], xp[:, :, top:top + h, left:left + w])
            dx[:, :, top:top + h, left:left + w] += np.einsum("no,ocab->ncab", grad[:, :, i, j], weight)
    return dx[:, :, p:p + x.shape[2], q:q + x.shape[3]], dw, grad.sum(axis=(0, 2, 3))


def true_convolution(X, K):
    return conv2d(X[None, None], K[::-1, ::-1][None, None])[0, 0]
