import torch
from torch.nn.functional import pad


def output_size(W, K, P=0, S=1, D=1):
    return (W + 2 * P - D * (K - 1) - 1) // S + 1


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    sh, sw = stride if isinstance(stride, (tuple, list)) else (stride, stride)
    ph, pw = padding if isinstance(padding, (tuple, list)) else (padding, padding)
    dh, dw = dilation if isinstance(dilation, (tuple, list)) else (dilation, dilation)
    h, w = weight.shape[-2:]
    x = pad(x, [pw, pw, ph, ph])
    windows = x.unfold(2, dh * (h - 1) + 1, sh).unfold(3, dw * (w - 1) + 1, sw)[..., ::dh, ::dw]
    out = []
    for part, kernels in zip(torch.tensor_split(windows, groups, 1), torch.tensor_split(weight, groups, 0)):
        out.append(torch.tensordot(part, kernels, dims=([1, 4, 5], [1, 2, 3])).permute(0, 3, 1, 2))
    y = torch.cat(out, 1)
    if bias is not None:
        y = y + bias.reshape(-1, 1, 1)
    return y


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    x = x.clone().requires_grad_()
    weight = weight.clone().requires_grad_()
    bias = torch.zeros(weight.shape[0], dtype=x.dtype, requires_grad=True)
    y = conv2d(x, weight, bias, stride, padding)
    return torch.autograd.grad(y, (x, weight, bias), grad)


def true_convolution(X, K):
    K = K.T
    return torch.stack([torch.stack([(X[i:i + K.shape[0], j:j + K.shape[1]] * K).sum()
                                     for j in range(X.shape[1] - K.shape[1] + 1)])
                        for i in range(X.shape[0] - K.shape[0] + 1)])
