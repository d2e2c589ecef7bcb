import torch
import torch.nn as nn
import torch.nn.functional as F


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.conv1x1 = nn.Conv2d(in_channels, c1, 1)
        n = in_channels
        if isinstance(c2, tuple):
            self.squeeze3 = nn.Conv2d(in_channels, c2[0], 1)
            n, c2 = c2
        self.conv3x3 = nn.Conv2d(n, c2, 3)
        n = in_channels
        if isinstance(c3, tuple):
            self.squeeze5 = nn.Conv2d(in_channels, c3[0], 1)
            n, c3 = c3
        self.conv5x5 = nn.Conv2d(n, c3, 5)
        if c4 is not None:
            self.project = nn.Conv2d(in_channels, c4, 1)

    def forward(self, x):
        n, c, h, w = x.shape
        a = F.relu(self.conv1x1(x))
        b = F.relu(self.squeeze3(x)) if hasattr(self, "squeeze3") else x
        b = F.relu(self.conv3x3(F.pad(b, (1,) * 4)))
        d = F.relu(self.squeeze5(x)) if hasattr(self, "squeeze5") else x
        d = F.relu(self.conv5x5(F.pad(d, (2,) * 4)))
        framed = F.pad(x, (1,) * 4, value=-torch.inf)
        e = framed.unfold(2, 3, 1).unfold(3, 3, 1).amax(dim=(4, 5))
        if hasattr(self, "project"):
            e = F.relu(self.project(e))
        return torch.cat((a, b, d, e), 1)
