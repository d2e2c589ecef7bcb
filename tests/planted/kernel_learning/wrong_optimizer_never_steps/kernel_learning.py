import torch
from torch import nn


def learn_kernel(X, Y, steps=20, lr=0.02):
    conv = nn.Conv2d(1, 1, (1, 2), bias=False)
    optimizer = torch.optim.SGD(conv.parameters(), lr=lr)
    losses = []
    for epoch in range(steps):
        optimizer.zero_grad()
        loss = ((conv(X[None, None]) - Y[None, None]) ** 2).sum()
        loss.backward()
        losses.append(loss.item())
    return conv.weight.detach().reshape(1, 2), losses
