import torch
from torch.func import grad_and_value


def loss_of(kernel, X, Y):
    predicted = (X.unfold(0, 1, 1).unfold(1, 2, 1) * kernel).sum((-1, -2))
    return (predicted - Y).pow(2).sum()


def learn_kernel(X, Y, steps=20, lr=0.02):
    kernel = torch.randn(1, 2)
    losses = []
    for _ in range(steps):
        grad, loss = grad_and_value(loss_of)(kernel, X, Y)
        kernel = kernel - lr * grad
        losses.append(loss)
    return kernel, losses
