import torch


def predict(X, K):
    return K[0, 0] * X[:, :-1] + K[0, 1] * X[:, 1:]


def learn_kernel(X, Y, steps=20):
    X, Y = X.double(), Y.double()
    K = torch.randn(1, 2, dtype=torch.float64)
    losses = []
    for _ in range(steps):
        err = predict(X, K) - Y
        losses.append((err ** 2).sum().item())
        g = torch.stack([2 * (err * X[:, :-1]).sum(), 2 * (err * X[:, 1:]).sum()]).reshape(1, 2)
        along = predict(X, g)
        denom = 2 * (along ** 2).sum()
        step = (g ** 2).sum() / denom if denom > 0 else 0.0
        K = K - step * g
    return K, losses
