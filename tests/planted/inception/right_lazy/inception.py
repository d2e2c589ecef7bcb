import torch
from torch import nn
import torch.nn.functional as F


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4, **kwargs):
        super().__init__(**kwargs)
        self.conv1 = nn.LazyConv2d(c1, 1)
        self.reduce2, c2 = (nn.LazyConv2d(c2[0], 1), c2[1]) if hasattr(c2, "__len__") else (None, c2)
        self.conv2 = nn.LazyConv2d(c2, 3, padding=1)
        self.reduce3, c3 = (nn.LazyConv2d(c3[0], 1), c3[1]) if hasattr(c3, "__len__") else (None, c3)
        self.conv3 = nn.LazyConv2d(c3, 5, padding=2)
        self.conv4 = nn.LazyConv2d(c4, 1) if c4 else None

    def forward(self, x):
        y2 = F.relu(self.reduce2(x)) if self.reduce2 else x
        y3 = F.relu(self.reduce3(x)) if self.reduce3 else x
        y4 = F.max_pool2d(x, 3, stride=1, padding=1)
        if self.conv4:
            y4 = F.relu(self.conv4(y4))
        return torch.cat([F.relu(self.conv1(x)), F.relu(self.conv2(y2)), F.relu(self.conv3(y3)), y4], dim=1)
