import torch
from torch import nn

def learn_kernel(X, Y):
    conv2d = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
    for i in range(20):
        l = ((conv2d(X[None, None]) - Y[None, None]) ** 2).sum()
        conv2d.zero_grad()
        l.backward()
        conv2d.weight.data -= 0.02 * conv2d.weight.grad
        print(f'batch {i + 1}, loss {l:.3f}')
    print(conv2d.weight.data.reshape((1, 2)))
