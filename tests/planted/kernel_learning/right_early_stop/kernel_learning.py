import torch
from torch import nn


def learn_kernel(X, Y, max_steps=500, lr=0.02, tolerance=1e-6):
    kernel = nn.Parameter(torch.randn(1, 1, 1, 2))
    losses = []
    for step in range(max_steps):
        loss = (nn.functional.conv2d(X[None, None], kernel) - Y[None, None]).square().sum()
        losses.append(loss.item())
        if losses[-1] < tolerance:
            print("converged after", step, "steps")
            break
        kernel.grad = None
        loss.backward()
        with torch.no_grad():
            kernel -= lr * kernel.grad
    return kernel.detach().squeeze(0).squeeze(0), losses
