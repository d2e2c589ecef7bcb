import torch
from torch import nn

def learn_kernel(X, Y):
    conv2d = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
    X = X.reshape((1, 1, 6, 8))
    Y = Y.reshape((1, 1, 6, 7))
    lr = 0.0225
    losses = []
    for i in range(10):
        l = ((conv2d(X) - Y) ** 2).sum()
        conv2d.zero_grad()
        l.backward()
        conv2d.weight.data[:] -= lr * conv2d.weight.grad
        losses.append(float(l))
    return conv2d.weight.data.reshape((1, 2)), losses
