import torch.nn as nn


class GlobalHead(nn.Sequential):
    """Network in network: scores for each place, then their mean."""

    def __init__(self, in_channels, classes):
        super().__init__(
            nn.Conv2d(in_channels, classes, kernel_size=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
