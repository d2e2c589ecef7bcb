import torch
from torch import nn


class MyLayer(nn.Module):
    def __init__(self, kernel):
        super().__init__()
        self.weight = nn.Parameter(kernel.detach().clone().float())

    def forward(self, x):
        h, w = self.weight.shape
        rows = []
        for i in range(x.shape[0] - h + 1):
            row = [(x[i:i + h, j:j + w] * self.weight).sum() for j in range(x.shape[1] - w + 1)]
            rows.append(torch.stack(row))
        return torch.stack(rows)


def corr2d(X, K):
    return MyLayer(K)(X)
