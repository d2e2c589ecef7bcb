import torch
from torch import nn

def learn_kernel(X, Y, lr=0.02):
    conv2d = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
    Y_hat = conv2d(X.reshape(1, 1, 6, 8))
    loss = ((Y_hat - Y.reshape(1, 1, 6, 7)) ** 2).sum()
    loss.backward()
    conv2d.weight.data -= lr * conv2d.weight.grad
    return conv2d.weight.data.reshape(1, 2), [loss.item()]
