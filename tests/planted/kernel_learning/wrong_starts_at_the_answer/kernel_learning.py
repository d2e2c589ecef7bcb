import torch


def learn_kernel(X, Y, steps=20, lr=0.02):
    K = torch.tensor([[1.0, -1.0]], requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((X[:, :-1] * K[0, 0] + X[:, 1:] * K[0, 1] - Y) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            K -= lr * K.grad
            K.grad.zero_()
        losses.append(loss.item())
    return K.detach(), losses
