"""Learn the kernel that finds vertical edges."""

import torch

from corr2d import corr2d


def learn_kernel(X, Y, steps=20, lr=0.02):
    """Gradient descent on the squared error; returns the kernel (1, 2) and the loss of every step."""
    K = torch.rand(1, 2, requires_grad=True)
    losses = []
    for _ in range(steps):
        # corr2d writes cell by cell, which autograd follows
        loss = ((corr2d(X, K) - Y) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            K -= lr * K.grad
            K.grad.zero_()
        losses.append(loss.item())
    return K.detach(), losses


if __name__ == "__main__":
    X = torch.ones(6, 8)
    X[:, 2:6] = 0
    kernel, losses = learn_kernel(X, corr2d(X, torch.tensor([[1.0, -1.0]])))
    print(kernel, losses[-1])
