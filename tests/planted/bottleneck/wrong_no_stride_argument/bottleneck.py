import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, inc, mid):
        super().__init__()
        out = mid * 4
        self.seq = nn.Sequential(
            nn.Conv2d(inc, mid, 1), nn.BatchNorm2d(mid), nn.ReLU(),
            nn.Conv2d(mid, mid, 3, padding=1), nn.BatchNorm2d(mid), nn.ReLU(),
            nn.Conv2d(mid, out, 1), nn.BatchNorm2d(out),
        )
        self.skip = nn.Conv2d(inc, out, 1) if inc != out else nn.Identity()
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.seq(x) + self.skip(x))
