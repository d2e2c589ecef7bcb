import torch

def learn_kernel(X, Y, steps=20, lr=0.04):
    k = torch.randn(1, 2)
    losses = []
    for _ in range(steps):
        e = k[0, 0] * X[:, :-1] + k[0, 1] * X[:, 1:] - Y
        losses.append((e ** 2).sum().item())
        g = torch.stack([(2 * e * X[:, :-1]).sum(), (2 * e * X[:, 1:]).sum()])
        k = k - lr * g
    return k, losses
