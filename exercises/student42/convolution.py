"""A convolutional layer by hand, forward and backward."""

import torch


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def output_size(W, K, P=0, S=1, D=1):
    """How many windows fit along one axis."""
    return (W + 2 * P - D * (K - 1) - 1) // S + 1


def pad(x, padding):
    """x with rows and columns of zeros around it."""
    (p, q), (n, c, height, width) = padding, x.shape
    padded = torch.zeros(n, c, height + 2 * p, width + 2 * q, dtype=x.dtype)
    padded[:, :, p : p + height, q : q + width] = x
    return padded


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Loop over the cells of the kernel: each meets a whole picture at once."""
    (s, t), (p, q), (d, e) = pair(stride), pair(padding), pair(dilation)
    n, channels, height, width = x.shape
    kernels, _, h, w = weight.shape
    rows, columns = output_size(height, h, p, s, d), output_size(width, w, q, t, e)
    padded = pad(x, (p, q))
    y = torch.zeros(n, kernels, rows, columns, dtype=torch.promote_types(x.dtype, weight.dtype))
    inner, outer = channels // groups, kernels // groups
    for g in range(groups):
        part, mine = padded[:, g * inner : (g + 1) * inner], slice(g * outer, (g + 1) * outer)
        for a in range(h):
            for b in range(w):
                seen = part[:, :, a * d : a * d + s * (rows - 1) + 1 : s, b * e : b * e + t * (columns - 1) + 1 : t]
                # (N, 1, inner, rows, columns) * (outer, inner, 1, 1), added up over the channels
                y[:, mine] += (seen[:, None] * weight[mine, :, a, b, None, None]).sum(dim=2)
    if bias is not None:
        y = y + bias[:, None, None]
    return y


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    """Every cell of grad sends its value back to the window and to the kernel that it came from."""
    (s, t), (p, q) = pair(stride), pair(padding)
    h, w = weight.shape[2:]
    padded = pad(x, (p, q))
    grad_padded, grad_weight = torch.zeros_like(padded), torch.zeros_like(weight)
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            window = (slice(None), slice(None), slice(i * s, i * s + h), slice(j * t, j * t + w))
            cell = grad[:, :, i, j]  # (N, O)
            grad_weight += torch.einsum("no,ncab->ocab", cell, padded[window])
            grad_padded[window] += torch.einsum("no,ocab->ncab", cell, weight)
    height, width = x.shape[2:]
    return grad_padded[:, :, p : p + height, q : q + width], grad_weight, grad.sum(dim=(0, 2, 3))


def true_convolution(X, K):
    """Turn the kernel around, then slide it."""
    return conv2d(X[None, None], torch.flip(K, (0, 1))[None, None])[0, 0]
