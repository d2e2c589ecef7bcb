print("loading my pooling module ...")
import numpy as np

print("numpy", np.__version__)


def check_pair(v):
    if isinstance(v, int):
        v = (v, v)
    return v[0], v[1]


def get_out(n, k, s, p, d, ceil_mode):
    if ceil_mode:
        o = int(np.ceil((n + 2 * p - d * (k - 1) - 1) / s)) + 1
        if (o - 1) * s >= n + p:
            print("last window starts outside, dropping it")
            o = o - 1
    else:
        o = (n + 2 * p - d * (k - 1) - 1) // s + 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    print("max_pool2d: x", tuple(x.shape), "kernel", kernel_size, "stride", stride)
    if stride is None:
        stride = kernel_size
    kh, kw = check_pair(kernel_size)
    sh, sw = check_pair(stride)
    ph, pw = check_pair(padding)
    dh, dw = check_pair(dilation)
    x = np.array(x)
    N, C, H, W = x.shape
    oh = get_out(H, kh, sh, ph, dh, ceil_mode)
    ow = get_out(W, kw, sw, pw, dw, ceil_mode)
    print("output will be", (N, C, oh, ow))
    out = np.ones((N, C, oh, ow), dtype=x.dtype) * -np.inf
    inds = np.zeros((N, C, oh, ow), dtype="int64")
    for n in range(N):
        for c in range(C):
            for i in range(oh):
                for j in range(ow):
                    for a in range(kh):
                        for b in range(kw):
                            h = i * sh + a * dh - ph
                            w = j * sw + b * dw - pw
                            if h >= 0 and h < H and w >= 0 and w < W and x[n, c, h, w] > out[n, c, i, j]:
                                out[n, c, i, j] = x[n, c, h, w]
                                inds[n, c, i, j] = h * W + w
    print("done!", out.dtype)
    if return_indices == True:
        return out, inds
    else:
        return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    print("avg_pool2d: x", tuple(x.shape), "kernel", kernel_size, "stride", stride)
    if stride is None:
        stride = kernel_size
    kh, kw = check_pair(kernel_size)
    sh, sw = check_pair(stride)
    ph, pw = check_pair(padding)
    x = np.array(x)
    N, C, H, W = x.shape
    oh = get_out(H, kh, sh, ph, 1, ceil_mode)
    ow = get_out(W, kw, sw, pw, 1, ceil_mode)
    out = np.zeros((N, C, oh, ow), dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            n_all = 0
            n_real = 0
            for a in range(kh):
                for b in range(kw):
                    h = i * sh + a - ph
                    w = j * sw + b - pw
                    if h < H + ph and w < W + pw:
                        n_all = n_all + 1
                    if h >= 0 and h < H and w >= 0 and w < W:
                        n_real = n_real + 1
                        out[:, :, i, j] = out[:, :, i, j] + x[:, :, h, w]
            if divisor_override != None:
                out[:, :, i, j] = out[:, :, i, j] / divisor_override
            elif count_include_pad == True:
                out[:, :, i, j] = out[:, :, i, j] / n_all
            else:
                out[:, :, i, j] = out[:, :, i, j] / n_real
    print("done!")
    return out


def global_avg_pool2d(x):
    x = np.array(x)
    result = np.mean(np.mean(x, axis=2), axis=2)
    print("global:", result)
    return result


if __name__ == "__main__":
    test = np.arange(16.0).reshape(1, 1, 4, 4)
    print(max_pool2d(test, 2))
    print(avg_pool2d(test, 2))
