import numpy as np


def _two(v):
    if isinstance(v, (list, tuple)):
        return v[0], v[1]
    return v, v


def output_size(n, k, pad=0, step=1, dil=1):
    return int(np.floor((n + 2 * pad - dil * (k - 1) - 1) / step)) + 1


def conv2d(inp, kernel, b=None, step=1, pad=0, dil=1, groups=1):
    N, C, H, W = inp.shape
    F, CG, KH, KW = kernel.shape
    sh, sw = _two(step)
    ph, pw = _two(pad)
    dh, dw = _two(dil)
    OH, OW = output_size(H, KH, ph, sh, dh), output_size(W, KW, pw, sw, dw)
    xp = np.pad(inp, ((0, 0), (0, 0), (ph, ph), (pw, pw)), mode="constant")
    out = np.zeros((N, F, OH, OW))
    per = F // groups
    for n in range(N):
        for f in range(F):
            first = (f // per) * CG
            for i in range(OH):
                for j in range(OW):
                    r, c = i * sh, j * sw
                    patch = xp[n, first:first + CG, r:r + dh * KH:dh, c:c + dw * KW:dw][:, :KH, :KW]
                    out[n, f, i, j] = np.sum(patch * kernel[f])
            if b is not None:
                out[n, f] += b[f]
    return out


def conv2d_backward(inp, kernel, dout, step=1, pad=0):
    N, C, H, W = inp.shape
    F, _, KH, KW = kernel.shape
    sh, sw = _two(step)
    ph, pw = _two(pad)
    xp = np.pad(inp, ((0, 0), (0, 0), (ph, ph), (pw, pw)), mode="constant")
    dxp = np.zeros(xp.shape)
    dw = np.zeros(kernel.shape)
    db = np.zeros(F)
    for n in range(N):
        for f in range(F):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    g = dout[n, f, i, j]
                    r, c = i * sh, j * sw
                    dw[f] += g * xp[n, :, r:r + KH, c:c + KW]
                    dxp[n, :, r:r + KH, c:c + KW] += g * kernel[f]
                    db[f] += g
    return dw, dxp[:, :, ph:ph + H, pw:pw + W], db


def true_convolution(img, ker):
    h, w = ker.shape
    H, W = img.shape
    out = np.zeros((H - h + 1, W - w + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for a in range(h):
                for b in range(w):
                    out[i, j] += img[i + a, j + b] * ker[h - 1 - a, w - 1 - b]
    return out
