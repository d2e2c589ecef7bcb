import torch

def learn_kernel(X, Y, steps=20, lr=0.02):
    K = torch.randn(1, 2, requires_grad=True)
    for i in range(steps):
        loss = ((K[0, 0] * X[:, :-1] + K[0, 1] * X[:, 1:] - Y) ** 2).sum()
        loss.backward()
        K.data -= lr * K.grad
        K.grad.zero_()
    return K.detach(), loss.item()
