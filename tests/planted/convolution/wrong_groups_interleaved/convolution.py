import torch


def _pair(v):
    return v if isinstance(v, tuple) else tuple(v) if isinstance(v, list) else (v, v)


def output_size(W, K, P=0, S=1, D=1):
    size = torch.div(torch.tensor(W + 2 * P - D * (K - 1) - 1), S, rounding_mode="floor") + 1
    return size.item()


def zero_border(x, ph, pw):
    n, c, H, W = x.shape
    big = torch.zeros(n, c, H + 2 * ph, W + 2 * pw)
    big[:, :, ph:ph + H, pw:pw + W] = x
    return big


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    x, weight = x.float(), weight.float()
    (sh, sw), (ph, pw), (dh, dw) = map(_pair, (stride, padding, dilation))
    x = zero_border(x, ph, pw)
    O, C, KH, KW = weight.shape
    OH, OW = output_size(x.shape[2], KH, 0, sh, dh), output_size(x.shape[3], KW, 0, sw, dw)
    y = torch.zeros(x.shape[0], O, OH, OW)
    for o in range(O):
        g = o // (O // groups)
        for c in range(C):
            for a in range(KH):
                for b in range(KW):
                    shifted = x[:, c * groups + g, a * dh:, b * dw:][:, ::sh, ::sw][:, :OH, :OW]
                    y[:, o] += shifted * weight[o, c, a, b]
    return y if bias is None else y + bias.float()[None, :, None, None]


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    (sh, sw), (ph, pw) = _pair(stride), _pair(padding)
    x, weight, grad = x.float(), weight.float(), grad.float()
    N, C, H, W = x.shape
    O, _, KH, KW = weight.shape
    big = zero_border(x, ph, pw)
    dbig, dweight = torch.zeros_like(big), torch.zeros_like(weight)
    OH, OW = grad.shape[-2:]
    for a in range(KH):
        for b in range(KW):
            rows = torch.arange(OH) * sh + a
            cols = torch.arange(OW) * sw + b
            seen = big[:, :, rows[:, None], cols]
            dweight[:, :, a, b] = torch.tensordot(grad, seen, dims=([0, 2, 3], [0, 2, 3]))
            dbig[:, :, rows[:, None], cols] += torch.einsum("nohw,oc->nchw", grad, weight[:, :, a, b])
    return dbig[:, :, ph:ph + H, pw:pw + W], dweight, grad.sum(dim=[0, 2, 3])


def true_convolution(X, K):
    turned = torch.flip(K, dims=[0, 1]).float()
    h, w = turned.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = torch.sum(X[i:i + h, j:j + w] * turned)
    return Y
