import torch
import torch.nn.functional as F


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return F.conv2d(x, weight, bias, stride, padding, dilation, groups)


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    dx = F.conv_transpose2d(grad, weight, stride=stride, padding=padding)
    dw = torch.nn.grad.conv2d_weight(x, weight.shape, grad, stride, padding)
    return dx, dw, grad.sum((0, 2, 3))


def true_convolution(X, K):
    return F.conv2d(X[None, None], K.flip(0, 1)[None, None])[0, 0]


def output_size(W, K, P=0, S=1, D=1):
    return (W + 2 * P - D * (K - 1) - 1) // S + 1
