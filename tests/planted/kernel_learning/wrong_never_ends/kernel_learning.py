import torch
from torch import nn

def learn_kernel(X, Y, lr=0.02):
    conv = nn.Conv2d(1, 1, (1, 2), bias=False)
    losses = [1.0]
    while losses[-1] >= 0:
        loss = ((conv(X[None, None]) - Y[None, None]) ** 2).sum()
        conv.zero_grad()
        loss.backward()
        conv.weight.data -= lr * conv.weight.grad
        losses.append(loss.item())
        losses = losses[-20:]
    return conv.weight.data.reshape(1, 2), losses
