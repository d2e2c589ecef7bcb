"""My own convolution; F.conv2d is only used to compare."""
import torch
import torch.nn.functional as F


def to_pair(v):
    return tuple(v) if not isinstance(v, int) else (v,) * 2


def output_size(W: int, K: int, P: int = 0, S: int = 1, D: int = 1) -> int:
    return int((W + 2 * P - D * (K - 1) - 1) / S + 1)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    sh, sw = to_pair(stride)
    ph, pw = to_pair(padding)
    dh, dw = to_pair(dilation)
    k, cg, kh, kw = weight.shape
    img = F.pad(x, (pw, pw, ph, ph)).permute(0, 2, 3, 1)  # N, H, W, C
    rows = output_size(x.shape[2], kh, ph, sh, dh)
    cols = output_size(x.shape[3], kw, pw, sw, dw)
    out = torch.zeros(x.shape[0], rows, cols, k, dtype=torch.result_type(x, weight))
    for i in range(rows):
        for j in range(cols):
            win = img[:, i * sh:i * sh + (kh - 1) * dh + 1:dh, j * sw:j * sw + (kw - 1) * dw + 1:dw]
            for o in range(k):
                g = o // (k // groups)
                mine = win[..., g * cg:(g + 1) * cg]
                out[:, i, j, o] = (mine * weight[o].permute(1, 2, 0)).sum((1, 2, 3))
    if bias is not None:
        out = out + bias
    return out.permute(0, 3, 1, 2)


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    sh, sw = to_pair(stride)
    ph, pw = to_pair(padding)
    N, C, H, W = x.shape
    O, _, kh, kw = weight.shape
    db = grad.sum((0, 2, 3))
    # gradient of the kernel: correlate with the gradient, its cells a stride apart
    xp = F.pad(x, (pw, pw, ph, ph))
    dw = conv2d(xp.transpose(0, 1), grad.transpose(0, 1), dilation=(sh, sw)).transpose(0, 1)[:, :, :kh, :kw]
    # gradient of the input: full correlation with the turned kernel
    spread = torch.zeros(N, O, H + 2 * ph - kh + 1, W + 2 * pw - kw + 1, dtype=grad.dtype)
    spread[:, :, ::sh, ::sw] = grad
    full = conv2d(spread, weight.transpose(0, 1), padding=(kh - 1, kw - 1))
    return full[:, :, ph:ph + H, pw:pw + W], dw, db


def true_convolution(X, K):
    return conv2d(X[None, None], torch.flip(K, [0, 1])[None, None])[0, 0]


if __name__ == "__main__":
    x, w = torch.randn(2, 3, 7, 8), torch.randn(4, 3, 3, 2)
    assert torch.allclose(conv2d(x, w, stride=2), F.conv2d(x, w, stride=2), atol=1e-4)
