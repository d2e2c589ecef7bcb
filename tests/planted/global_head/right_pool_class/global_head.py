import torch.nn as nn


class GlobalAvgPool(nn.Module):
    """全局平均池化"""

    def forward(self, x):
        # 先对高求平均，再对宽求平均
        return x.mean(dim=3).mean(dim=2)


class GlobalHead(nn.Module):
    def __init__(self, in_channels, classes):
        super().__init__()
        self.layers = nn.ModuleList([GlobalAvgPool(), nn.Linear(in_channels, classes)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
