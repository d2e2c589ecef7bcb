import math
import torch
from torch.nn.functional import pad as pad_tensor


def hw(v):
    return v if isinstance(v, (tuple, list)) else (v, v)


def dim(n, k, s, p, d, ceil):
    o = (math.ceil if ceil else math.floor)((n + 2 * p - d * (k - 1) - 1) / s) + 1
    if ceil and (o - 1) * s >= n + p:
        o -= 1
    return o


def max_pool2d(img, k, s=None, p=0, d=1, ceil=False, idx=False):
    s = k if s is None else s
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = hw(k), hw(s), hw(p), hw(d)
    H, W = img.shape[-2:]
    oh, ow = dim(H, kh, sh, ph, dh, ceil), dim(W, kw, sw, pw, dw, ceil)
    big = pad_tensor(img, (pw, pw + sw, ph, ph + sh), value=-math.inf)
    nums = pad_tensor(torch.arange(H * W).view(H, W), (pw, pw + sw, ph, ph + sh))
    res = torch.empty(img.shape[0], img.shape[1], oh, ow, dtype=img.dtype)
    where = torch.empty(img.shape[0], img.shape[1], oh, ow, dtype=torch.long)
    for i in range(oh):
        for j in range(ow):
            r, c = i * sh, j * sw
            win = big[:, :, r:r + dh * (kh - 1) + 1:dh, c:c + dw * (kw - 1) + 1:dw].flatten(2)
            num = nums[r:r + dh * (kh - 1) + 1:dh, c:c + dw * (kw - 1) + 1:dw].flatten()
            res[:, :, i, j] = win.max(2)[0]
            where[:, :, i, j] = num[win.argmax(2)]
    if idx:
        return res, where
    return res


def avg_pool2d(img, k, s=None, p=0, ceil=False, with_pad=True, div=None):
    s = k if s is None else s
    (kh, kw), (sh, sw), (ph, pw) = hw(k), hw(s), hw(p)
    H, W = img.shape[-2:]
    oh, ow = dim(H, kh, sh, ph, 1, ceil), dim(W, kw, sw, pw, 1, ceil)
    big = pad_tensor(img, (pw, pw, ph, ph))
    res = torch.empty(img.shape[0], img.shape[1], oh, ow, dtype=img.dtype)
    for i in range(oh):
        for j in range(ow):
            win = big[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw]
            n = win.shape[2] * win.shape[3]
            if not with_pad:
                rows = sum(1 for r in range(i * sh, i * sh + kh) if ph <= r < ph + H)
                cols = sum(1 for c in range(j * sw, j * sw + kw) if pw <= c < pw + W)
                n = rows * cols
            res[:, :, i, j] = win.sum(dim=(2, 3)) / (n if div is None else div)
    return res


def global_avg_pool2d(img):
    return img.mean(dim=2).mean(dim=2)
