"""Global average pooling and one linear layer."""

from torch import nn


class GlobalHead(nn.Module):
    """(N, in_channels, H, W) -> (N, classes)."""

    def __init__(self, in_channels, classes):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(in_channels, classes)

    def forward(self, x):
        x = self.pool(x)
        return self.fc(x.flatten(1))
