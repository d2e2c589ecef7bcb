import torch

def learn_kernel(X, Y, steps=20, lr=0.003):
    K = torch.randn(1, 2, requires_grad=True)
    losses = []
    for step in range(steps):
        Y_hat = K[0, 0] * X[:, :-1] + K[0, 1] * X[:, 1:]
        loss = ((Y_hat - Y).sum(dim=1) ** 2).sum()
        loss.backward()
        K.data -= lr * K.grad
        K.grad.zero_()
        losses.append(loss.item())
    return K.detach(), losses
