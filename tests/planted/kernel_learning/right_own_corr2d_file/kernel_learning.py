import torch
from corr2d import corr2d


def learn_kernel(X, Y, steps=20, lr=0.02):
    K = torch.randn((1, 2)).requires_grad_(True)
    losses = []
    for epoch in range(steps):
        loss = ((corr2d(X, K) - Y) ** 2).sum()
        loss.backward()
        losses.append(loss.item())
        K.data -= lr * K.grad
        K.grad.zero_()
    return K.data, losses
