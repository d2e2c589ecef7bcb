import torch
from torch import nn


def learn_kernel(X, Y, steps=10, lr=0.01):
    conv = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(conv.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = criterion(conv(X[None, None]), Y[None, None])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return conv.weight.detach().reshape(1, 2), losses
