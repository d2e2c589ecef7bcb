import torch
import torch.nn as nn
import torch.nn.functional as F


class Perceptron(nn.Module):
    # y = x W + b, W (inputs, classes)
    def __init__(self, in_features=128 * 128, classes=2):
        super().__init__()
        self.in_features = in_features
        self.W = nn.Parameter(torch.zeros(in_features, classes))
        self.b = nn.Parameter(torch.zeros(classes))

    def forward(self, x):
        x = x.reshape(-1, self.in_features)
        return x @ self.W + self.b


def probabilities(y):
    # sigmoid form of the softmax: p_k = 1 / sum_j exp(y_j - y_k)
    return 1 / torch.exp((y.unsqueeze(1) - y.unsqueeze(2)).double()).sum(dim=2)
