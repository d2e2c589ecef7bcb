import torch
import torch.nn as nn
import torch.nn.functional as F


class Perceptron(nn.Module):
    def __init__(self, in_features=128 * 128, classes=2):
        super().__init__()
        self.units = nn.Linear(in_features, classes)

    def forward(self, x):
        flat = x.contiguous().view(x.size(0), -1)
        return torch.addmm(self.units.bias, flat, self.units.weight.t())


def probabilities(y):
    return torch.exp(torch.log_softmax(y, dim=1))
