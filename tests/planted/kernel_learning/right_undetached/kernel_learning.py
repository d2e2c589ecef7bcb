import torch
from torch import nn

def learn_kernel(X, Y, steps=20, lr=0.02):
    net = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
    trainer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for i in range(steps):
        trainer.zero_grad()
        loss = ((net(X.reshape(1, 1, 6, 8)) - Y.reshape(1, 1, 6, 7)) ** 2).sum()
        loss.backward()
        trainer.step()
        losses.append(loss)
    return net.weight.reshape(1, 2), losses
