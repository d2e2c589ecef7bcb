import torch
import torch.nn as nn
import torch.nn.functional as F


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.c4 = c4
        self.a = nn.Conv2d(in_channels, c1, 1)
        self.br = self.bb = None
        if isinstance(c2, tuple):
            self.br = nn.Conv2d(in_channels, c2[0], 1)
            self.b = nn.Conv2d(c2[0], c2[1], 3, padding=1)
        else:
            self.b = nn.Conv2d(in_channels, c2, 3, padding=1)
        if isinstance(c3, tuple):
            self.bb = nn.Conv2d(in_channels, c3[0], 1)
            self.c = nn.Conv2d(c3[0], c3[1], 5, padding=2)
        else:
            self.c = nn.Conv2d(in_channels, c3, 5, padding=2)
        if c4 is not None:
            self.d = nn.Conv2d(in_channels, c4, 1)

    def forward(self, x):
        outs = [F.relu(self.a(x))]
        outs.append(F.relu(self.b(x if self.br is None else F.relu(self.br(x)))))
        outs.append(F.relu(self.c(x if self.bb is None else F.relu(self.bb(x)))))
        if self.c4 is not None:
            outs.append(F.relu(self.d(F.max_pool2d(x, 3, stride=1, padding=1))))
        return torch.cat(outs, dim=1)
