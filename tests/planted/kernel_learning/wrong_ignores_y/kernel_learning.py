import torch


def corr2d(X, K):
    h, w = K.shape
    return torch.stack([torch.stack([(X[i:i + h, j:j + w] * K).sum() for j in range(X.shape[1] - w + 1)])
                        for i in range(X.shape[0] - h + 1)])


def learn_kernel(X, Y, steps=20, lr=0.02):
    Y = corr2d(X, torch.tensor([[1.0, -1.0]]))
    K = torch.randn(1, 2, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((corr2d(X, K) - Y) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            K -= lr * K.grad
        K.grad.zero_()
        losses.append(loss.item())
    return K.detach(), losses
