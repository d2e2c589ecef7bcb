import torch
import torch.nn.functional as F


def learn_kernel(X, Y, steps=40, lr=0.8):
    # the mean makes the gradient 42 times smaller than the sum, so lr is larger
    kernel = torch.zeros(1, 1, 1, 2, requires_grad=True)
    X4, Y4 = X[None, None], Y[None, None]
    losses = []
    for _ in range(steps):
        loss = F.mse_loss(F.conv2d(X4, kernel), Y4)
        loss.backward()
        kernel.data -= lr * kernel.grad
        kernel.grad = None
        losses.append(loss.item())
    return kernel.detach().reshape(1, 2), losses
