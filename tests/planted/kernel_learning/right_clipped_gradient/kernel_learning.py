import torch
from torch import nn


def learn_kernel(X, Y, steps=60, lr=0.02, max_norm=20.0):
    conv = nn.Conv2d(1, 1, (1, 2), bias=False)
    losses = []
    for _ in range(steps):
        loss = ((conv(X[None, None]) - Y[None, None]) ** 2).sum()
        conv.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(conv.parameters(), max_norm)
        conv.weight.data.sub_(lr * conv.weight.grad)
        losses.append(loss.item())
    # a weight far outside would be a mistake
    return conv.weight.data.clamp(-2, 2)[0, 0], losses
