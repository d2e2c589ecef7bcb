import torch
from torch import nn


def learn_kernel(X, Y, steps=20, lr=0.02):
    conv2d = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
    x = X.reshape((1, 1) + tuple(X.shape))
    y = Y.reshape((1, 1) + tuple(Y.shape))
    print('initial weight:', conv2d.weight.data)
    losses = []
    for i in range(steps):
        l = ((conv2d(x) - y) ** 2).sum()
        l.backward()
        conv2d.weight.data -= lr * conv2d.weight.grad
        conv2d.weight.grad.fill_(0)
        losses.append(l.item())
        print('Step %d, loss %.3f' % (i + 1, l.item()))
    print("weight:", conv2d.weight.data)
    return conv2d.weight.data.view(1, 2), losses


if __name__ == '__main__':
    X = torch.ones(6, 8)
    X[:, 2:6] = 0
    Y = X[:, :-1] - X[:, 1:]
    kernel, losses = learn_kernel(X, Y)
    import matplotlib.pyplot as plt
    plt.plot(losses)
    plt.show()
