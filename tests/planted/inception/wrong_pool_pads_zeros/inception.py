import torch
from torch import nn
from torch.nn import functional as F


class Inception(nn.Module):
    # c1--c4 are the number of output channels for each branch
    def __init__(self, in_channels, c1, c2, c3, c4):
        super(Inception, self).__init__()
        # Branch 1
        self.b1_1 = nn.Conv2d(in_channels, c1, kernel_size=1)
        # Branch 2
        if isinstance(c2, (tuple, list)):
            self.b2_1 = nn.Conv2d(in_channels, c2[0], kernel_size=1)
            self.b2_2 = nn.Conv2d(c2[0], c2[1], kernel_size=3, padding=1)
        else:
            self.b2_1 = None
            self.b2_2 = nn.Conv2d(in_channels, c2, kernel_size=3, padding=1)
        # Branch 3
        if isinstance(c3, (tuple, list)):
            self.b3_1 = nn.Conv2d(in_channels, c3[0], kernel_size=1)
            self.b3_2 = nn.Conv2d(c3[0], c3[1], kernel_size=5, padding=2)
        else:
            self.b3_1 = None
            self.b3_2 = nn.Conv2d(in_channels, c3, kernel_size=5, padding=2)
        # Branch 4
        self.b4_1 = nn.MaxPool2d(kernel_size=3, stride=1)
        self.b4_2 = nn.Conv2d(in_channels, c4, kernel_size=1) if c4 is not None else None

    def forward(self, x):
        b1 = F.relu(self.b1_1(x))
        b2 = x if self.b2_1 is None else F.relu(self.b2_1(x))
        b2 = F.relu(self.b2_2(b2))
        b3 = x if self.b3_1 is None else F.relu(self.b3_1(x))
        b3 = F.relu(self.b3_2(b3))
        b4 = self.b4_1(F.pad(x, (1, 1, 1, 1)))
        if self.b4_2 is not None:
            b4 = F.relu(self.b4_2(b4))
        return torch.cat((b1, b2, b3, b4), dim=1)
