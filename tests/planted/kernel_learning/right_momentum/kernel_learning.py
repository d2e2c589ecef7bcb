import torch
from torch import nn

def learn_kernel(X, Y, steps=60, lr=0.008, momentum=0.6):
    layer = nn.Conv2d(in_channels=1, out_channels=1, kernel_size=(1, 2), bias=False)
    sgd = torch.optim.SGD(layer.parameters(), lr=lr, momentum=momentum)
    X = X.view(1, 1, *X.shape)
    Y = Y.view(1, 1, *Y.shape)
    loss_history = []
    for t in range(steps):
        sgd.zero_grad()
        loss = (layer(X) - Y).pow(2).sum()
        loss.backward()
        sgd.step()
        loss_history.append(loss.item())
    return layer.weight.data.squeeze(0).squeeze(0), loss_history
