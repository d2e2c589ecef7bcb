import numpy as np


def _two(v):
    return np.array([v, v] if np.ndim(v) == 0 else v, dtype=int)


def _sizes(hw, k, s, p, d, ceil_mode):
    room = hw + 2 * p - d * (k - 1) - 1
    out = (-(-room // s) if ceil_mode else room // s) + 1
    if ceil_mode:
        out = out - ((out - 1) * s >= hw + p)
    return out


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    a = np.transpose(np.asarray(x), (0, 2, 3, 1))  # NHWC is easier for me
    k, p, d = _two(kernel_size), _two(padding), _two(dilation)
    s = k if stride is None else _two(stride)
    n, h, w, c = a.shape
    oh, ow = _sizes(np.array([h, w]), k, s, p, d, ceil_mode)
    a = np.pad(a, ((0, 0), (p[0], p[0] + s[0]), (p[1], p[1] + s[1]), (0, 0)), constant_values=-np.inf)
    out = np.zeros((n, oh, ow, c), dtype=a.dtype)
    idx = np.zeros((n, oh, ow, c), dtype=np.int64)
    for i in range(oh):
        for j in range(ow):
            r = i * s[0] + d[0] * np.arange(k[0])
            q = j * s[1] + d[1] * np.arange(k[1])
            block = a[:, r][:, :, q].reshape(n, -1, c)
            out[:, i, j] = block.max(axis=1)
            best = block.argmax(axis=1)
            idx[:, i, j] = (r[best // k[1]] - p[0]) * w + q[best % k[1]] - p[1]
    out, idx = np.transpose(out, (0, 3, 1, 2)), np.transpose(idx, (0, 3, 1, 2))
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    a = np.transpose(np.asarray(x), (0, 2, 3, 1))
    k, p = _two(kernel_size), _two(padding)
    s = k if stride is None else _two(stride)
    n, h, w, c = a.shape
    oh, ow = _sizes(np.array([h, w]), k, s, p, np.array([1, 1]), ceil_mode)
    # a last channel of ones is pooled with the image and tells how many cells were counted
    ones = np.ones((n, h, w, 1), dtype=a.dtype)
    border = ((0, 0), (p[0], p[0]), (p[1], p[1]), (0, 0))
    ones = np.pad(ones, border, constant_values=1 if count_include_pad else 0)
    a = np.concatenate([np.pad(a, border), ones], axis=3)
    out = np.stack([np.stack([a[:, i:i + k[0], j:j + k[1]].sum(axis=(1, 2))
                              for j in range(0, ow * s[1], s[1])], axis=1)
                    for i in range(0, oh * s[0], s[0])], axis=1)
    out = out[..., :-1] / (out[..., -1:] if divisor_override is None else divisor_override)
    return np.transpose(out, (0, 3, 1, 2))


def global_avg_pool2d(x):
    return np.transpose(np.asarray(x), (0, 2, 3, 1)).mean(axis=(1, 2))
