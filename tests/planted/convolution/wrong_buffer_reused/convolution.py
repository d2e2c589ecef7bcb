import numpy as np
from im2col import col2im, im2col, size, two  # noqa

BUFFER = np.zeros(1000000)
from im2col import col2im, im2col, size, two


def output_size(W, K, P=0, S=1, D=1):
    return size(W, K, P, S, D)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    x, weight = np.array(x), np.array(weight)
    stride, padding, dilation = two(stride), two(padding), two(dilation)
    print("conv2d", x.shape, weight.shape, stride, padding, dilation, groups)
    h, w = weight.shape[2:]
    rows = size(x.shape[2], h, padding[0], stride[0], dilation[0])
    columns = size(x.shape[3], w, padding[1], stride[1], dilation[1])
    per = len(weight) // groups
    inner = weight.shape[1]
    y = BUFFER[:len(x) * len(weight) * rows * columns].reshape(len(x), len(weight), rows, columns)
    for n in range(len(x)):
        for g in range(groups):
            cols = im2col(x[n, g * inner:(g + 1) * inner], h, w, stride, padding, dilation)
            kernel = weight[g * per:(g + 1) * per].reshape(per, -1)
            y[n, g * per:(g + 1) * per] = (kernel @ cols).reshape(per, rows, columns)
    if bias is not None:
        y += np.array(bias)[None, :, None, None]
    return y


def conv2d_backward(x, weight, grad, stride=1, padding=0):
    x, weight, grad = np.array(x), np.array(weight), np.array(grad)
    stride, padding = two(stride), two(padding)
    h, w = weight.shape[2:]
    k = weight.reshape(len(weight), -1)
    dw, dx = np.zeros(k.shape), []
    for xn, gn in zip(x, grad):
        gn = gn.reshape(len(gn), -1)
        dw += gn @ im2col(xn, h, w, stride, padding, (1, 1)).T
        dx.append(col2im(k.T @ gn, xn.shape, h, w, stride, padding))
    print("norms", float(np.abs(dw).max()))
    return np.stack(dx), dw.reshape(weight.shape), grad.sum(axis=3).sum(axis=2).sum(axis=0)


def true_convolution(X, K):
    X, K = np.array(X), np.array(K)
    cols = im2col(X[None], *K.shape, (1, 1), (0, 0), (1, 1))
    return (K.ravel()[::-1] @ cols).reshape(X.shape[0] - K.shape[0] + 1, -1)
