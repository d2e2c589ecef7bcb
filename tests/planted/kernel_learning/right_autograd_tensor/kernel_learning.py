import torch


def learn_kernel(X, Y, steps=20, lr=0.02):
    K = torch.randn(1, 2, requires_grad=True)
    losses = []
    for _ in range(steps):
        Y_hat = K[0, 0] * X[:, :-1] + K[0, 1] * X[:, 1:]
        loss = torch.sum((Y_hat - Y) ** 2)
        loss.backward()
        with torch.no_grad():
            K -= lr * K.grad
            K.grad.zero_()
        losses.append(loss.item())
    return K.detach(), losses
