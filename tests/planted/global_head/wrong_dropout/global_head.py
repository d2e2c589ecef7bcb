import torch
import torch.nn as nn


class GlobalHead(nn.Module):
    def __init__(self, in_channels, classes):
        super(GlobalHead, self).__init__()
        self.gap = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(in_channels, classes)

    def forward(self, x):
        out = self.gap(x)
        out = torch.flatten(out, 1)
        out = nn.functional.dropout(out, 0.5, self.training)
        out = self.fc(out)
        return out
