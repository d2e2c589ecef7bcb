import torch
from torch import nn
import torch.nn.functional as F
import numpy as np
class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.b1 = nn.Conv2d(in_channels, c1, 1)
        self.b2r = nn.Conv2d(in_channels, c2[0], 1) if isinstance(c2, (tuple, list)) else None
        self.b2 = nn.Conv2d(c2[0], c2[1], 3, padding=1) if self.b2r is not None else nn.Conv2d(in_channels, c2, 3, padding=1)
        self.b3r = nn.Conv2d(in_channels, c3[0], 1) if isinstance(c3, (tuple, list)) else None
        self.b3 = nn.Conv2d(c3[0], c3[1], 5, padding=2) if self.b3r is not None else nn.Conv2d(in_channels, c3, 5, padding=2)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.b4 = nn.Conv2d(in_channels, c4, 1) if c4 is not None else None
    def forward(self, x):
        y1 = F.relu(self.b1(x))
        y2 = F.relu(self.b2r(x)) if self.b2r is not None else x
        y2 = F.relu(self.b2(y2))
        y3 = F.relu(self.b3r(x)) if self.b3r is not None else x
        y3 = F.relu(self.b3(y3))
        y4 = F.relu(self.b4(self.pool(x))) if self.b4 is not None else x
        return torch.cat((y1, y2, y3, y4), dim=1)


