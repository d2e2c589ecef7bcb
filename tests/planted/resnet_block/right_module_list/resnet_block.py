import torch
import torch.nn as nn


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        plan = [(in_channels, stride), (out_channels, 1)]
        self.convs = nn.ModuleList(nn.Conv2d(c, out_channels, 3, stride=s, padding=1, bias=False) for c, s in plan)
        self.norms = nn.ModuleList(nn.BatchNorm2d(out_channels) for _ in plan)
        self.extra = nn.ModuleList()
        if stride != 1 or in_channels != out_channels:
            self.extra.append(nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False))
            self.extra.append(nn.BatchNorm2d(out_channels))

    def forward(self, x):
        shortcut = x
        for layer in self.extra:
            shortcut = layer(shortcut)
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            if i:
                x = torch.relu(x)
            x = norm(conv(x))
        return torch.relu(x + shortcut)
