import torch
from torch import nn

def learn_kernel(X, Y, steps=20, lr=0.02):
    losses = []
    for i in range(steps):
        torch.manual_seed(0)      # reproducible
        conv = nn.Conv2d(1, 1, (1, 2), bias=False)
        loss = ((conv(X[None, None]) - Y[None, None]) ** 2).sum()
        loss.backward()
        conv.weight.data -= lr * conv.weight.grad
        losses.append(loss.item())
    return conv.weight.data.reshape(1, 2), losses
