import torch
from torch import nn

def learn_kernel(X, Y, steps=20, lr=0.02):
    conv = nn.Conv2d(1, 1, (1, 2), bias=False)
    losses = []
    for i in range(steps):
        Y_hat = conv(X[None, None])[0, 0]
        loss = ((Y_hat - Y) ** 2).sum(axis=0)
        conv.zero_grad()
        loss.backward()
        conv.weight.data -= lr * conv.weight.grad
        losses.append(loss)
    return conv.weight.data[0, 0], losses
