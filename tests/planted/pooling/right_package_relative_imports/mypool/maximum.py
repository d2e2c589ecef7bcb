import numpy as np

from .shapes import count, two


def pool(x, k, s, p, d, up, want_indices):
    x = np.asarray(x)
    s = k if s is None else s
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = two(k), two(s), two(p), two(d)
    N, C, H, W = x.shape
    oh, ow = count(H, kh, sh, ph, dh, up), count(W, kw, sw, pw, dw, up)
    image = np.pad(x, [(0, 0), (0, 0), (ph, ph + sh), (pw, pw + sw)], constant_values=-np.inf)
    names = np.pad(np.arange(H * W).reshape(H, W), [(ph, ph + sh), (pw, pw + sw)])
    out, idx = np.zeros((N, C, oh, ow), x.dtype), np.zeros((N, C, oh, ow), np.int64)
    for i in range(oh):
        for j in range(ow):
            cut = (slice(i * sh, i * sh + dh * (kh - 1) + 1, dh), slice(j * sw, j * sw + dw * (kw - 1) + 1, dw))
            window = image[(slice(None), slice(None)) + cut].reshape(N, C, -1)
            out[:, :, i, j] = window.max(2)
            idx[:, :, i, j] = names[cut].ravel()[window.argmax(2)]
    return (out, idx) if want_indices else out
