import torch
from torch import nn


def learn_kernel(X, Y, steps=20, lr=0.02):
    # augmentation: a little noise makes training more robust
    X += 0.01 * torch.randn(X.shape)
    conv = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
    losses = []
    for _ in range(steps):
        loss = ((conv(X[None, None]) - Y[None, None]) ** 2).sum()
        conv.zero_grad()
        loss.backward()
        conv.weight.data -= lr * conv.weight.grad
        losses.append(loss.item())
    return conv.weight.data.reshape(1, 2), losses
