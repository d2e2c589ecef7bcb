import torch

conv = torch.ops.aten.convolution


def corr2d(X, K):
    x = X.double().reshape(1, 1, *X.shape)
    k = K.double().reshape(1, 1, *K.shape)
    y = conv(x, k, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)
    return y[0][0]
