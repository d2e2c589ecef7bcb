import torch
import torch.nn as nn
import torch.nn.functional as F

# 感知机


class Perceptron(nn.Module):
    def __init__(self, in_features=128 * 128, classes=2):
        super(Perceptron, self).__init__()
        print("in:", in_features, "out:", classes)
        self.fc = nn.Linear(in_features, classes)
        nn.init.normal_(self.fc.weight, std=0.01)

    def forward(self, x):
        if x.dim() == 4:  # 图片
            x = torch.flatten(x, start_dim=1)
        return self.fc(x)


def probabilities(y):
    rows = []
    for row in y:
        rows.append(torch.exp(row - torch.logsumexp(row, dim=0)))
    return torch.stack(rows)
