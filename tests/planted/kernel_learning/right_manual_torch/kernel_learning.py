import torch


def learn_kernel(X, Y, steps=20, lr=0.02):
    left, right = X[:, :-1], X[:, 1:]
    k = torch.normal(0, 1, size=(1, 2))
    losses = []
    with torch.no_grad():
        for step in range(steps):
            error = k[0, 0] * left + k[0, 1] * right - Y
            losses.append((error ** 2).sum().item())
            k[0, 0] -= lr * 2 * (error * left).sum()
            k[0, 1] -= lr * 2 * (error * right).sum()
    return k, losses
