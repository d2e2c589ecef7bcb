import torch
from torch import nn


def learn_kernel(X, Y, steps=50, lr=0.5):
    conv = nn.Conv2d(1, 1, (1, 2), bias=False)
    opt = torch.optim.SGD(conv.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        opt.zero_grad()
        loss = ((conv(X[None, None]) - Y[None, None]) ** 2).sum()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return conv.weight.data.reshape(1, 2), losses
