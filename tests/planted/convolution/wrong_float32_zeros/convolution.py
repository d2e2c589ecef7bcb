import torch


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def output_size(W, K, P=0, S=1, D=1):
    return (W + 2 * P - D * (K - 1) - 1) // S + 1


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    (s, t), (p, q), (d, e) = pair(stride), pair(padding), pair(dilation)
    N, C, H, W = x.shape
    O, I, h, w = weight.shape
    X = torch.zeros(N, C, H + 2 * p, W + 2 * q)
    X[:, :, p:p + H, q:q + W] = x
    rows, cols = output_size(H, h, p, s, d), output_size(W, w, q, t, e)
    out = []
    for g in range(groups):
        part, kernels = X[:, g * I:(g + 1) * I], weight[g * O // groups:(g + 1) * O // groups]
        lines = []
        for i in range(rows):
            for j in range(cols):
                window = part[:, :, i * s:i * s + d * (h - 1) + 1:d, j * t:j * t + e * (w - 1) + 1:e]
                lines.append(window.reshape(N, -1) @ kernels.reshape(O // groups, -1).T)
        out.append(torch.stack(lines, dim=2).reshape(N, -1, rows, cols))
    y = torch.cat(out, dim=1)
    if bias is not None:
        y = y + bias.reshape(1, -1, 1, 1)
    return y


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    (s, t), (p, q) = pair(stride), pair(padding)
    N, C, H, W = x.shape
    h, w = weight.shape[2:]
    X = torch.zeros(N, C, H + 2 * p, W + 2 * q, dtype=x.dtype)
    X[:, :, p:p + H, q:q + W] = x
    dX, dW = torch.zeros_like(X), torch.zeros_like(weight)
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            for o in range(len(weight)):
                g = grad[:, o, i, j].reshape(N, 1, 1, 1)
                dW[o] += (g * X[:, :, i * s:i * s + h, j * t:j * t + w]).sum(0)
                dX[:, :, i * s:i * s + h, j * t:j * t + w] += g * weight[o]
    return dX[:, :, p:p + H, q:q + W], dW, grad.sum((0, 2, 3))


def true_convolution(X, K):
    return conv2d(X[None, None], K.flip(0, 1)[None, None])[0, 0]
