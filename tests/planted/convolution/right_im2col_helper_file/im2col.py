import numpy as np


def two(v):
    return (v, v) if isinstance(v, (int, np.integer)) else tuple(v)


def size(n, k, p, s, d):
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def im2col(image, h, w, stride, padding, dilation):
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    image = np.pad(image, ((0, 0), (ph, ph), (pw, pw)))
    c, H, W = image.shape
    rows, columns = size(H, h, 0, sh, dh), size(W, w, 0, sw, dw)
    cols = np.empty((c, h, w, rows, columns))
    for a in range(h):
        for b in range(w):
            cols[:, a, b] = image[:, a * dh:a * dh + sh * (rows - 1) + 1:sh, b * dw:b * dw + sw * (columns - 1) + 1:sw]
    return cols.reshape(c * h * w, -1)


def col2im(cols, shape, h, w, stride, padding):
    (sh, sw), (ph, pw), (c, H, W) = stride, padding, shape
    image = np.zeros((c, H + 2 * ph, W + 2 * pw))
    rows, columns = size(H, h, ph, sh, 1), size(W, w, pw, sw, 1)
    cols = cols.reshape(c, h, w, rows, columns)
    for a in range(h):
        for b in range(w):
            image[:, a:a + sh * (rows - 1) + 1:sh, b:b + sw * (columns - 1) + 1:sw] += cols[:, a, b]
    return image[:, ph:ph + H, pw:pw + W]
