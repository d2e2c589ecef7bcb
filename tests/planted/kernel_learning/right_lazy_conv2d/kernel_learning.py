import torch
from torch import nn

def learn_kernel(X, Y, steps=20, lr=2e-2):
    net = nn.LazyConv2d(1, kernel_size=(1, 2), bias=False)
    X = X.float()[None, None]
    Y = Y.float()[None, None]
    history = []
    for epoch in range(steps):
        loss = ((net(X) - Y) ** 2).sum()
        net.zero_grad()
        loss.backward()
        with torch.no_grad():
            net.weight -= lr * net.weight.grad
        history.append(float(loss))
        if (epoch + 1) % 2 == 0:
            print(f'epoch {epoch + 1}, loss {loss:.3f}')
    return net.weight.detach()[0, 0], history
