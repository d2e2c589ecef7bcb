import torch

def learn_kernel(X, Y, steps=20, lr=0.02):
    K = torch.randn(1, 2, requires_grad=True)
    losses = []
    for i in range(steps):
        Y_hat = K[0, 0] * X[:, :-1] + K[0, 1] * X[:, 1:]
        l = ((Y_hat - Y) ** 2).sum(0)
        l.sum().backward()
        K.data -= lr * K.grad
        K.grad.zero_()
        losses.append(l.detach())
    return K.detach(), losses
