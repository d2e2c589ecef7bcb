import torch
from torch import nn

def learn_kernel(X, Y, steps=20, lr=0.02):
    X.unsqueeze_(0).unsqueeze_(0)
    Y.unsqueeze_(0).unsqueeze_(0)
    conv = nn.Conv2d(1, 1, (1, 2), bias=False)
    losses = []
    for i in range(steps):
        loss = ((conv(X) - Y) ** 2).sum()
        conv.zero_grad()
        loss.backward()
        conv.weight.data -= lr * conv.weight.grad
        losses.append(loss.item())
    return conv.weight.data.reshape(1, 2), losses
