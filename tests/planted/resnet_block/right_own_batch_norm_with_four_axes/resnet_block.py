import torch
from torch import nn
import torch.nn.functional as F

class MyBN(nn.Module):
    """d2l's own batch norm"""
    def __init__(self, c):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(1, c, 1, 1)); self.beta = nn.Parameter(torch.zeros(1, c, 1, 1))
        self.register_buffer("moving_mean", torch.zeros(1, c, 1, 1)); self.register_buffer("moving_var", torch.ones(1, c, 1, 1))
    def forward(self, X):
        if not self.training:
            Xh = (X - self.moving_mean) / torch.sqrt(self.moving_var + 1e-5)
        else:
            m = X.mean((0, 2, 3), keepdim=True); v = ((X - m) ** 2).mean((0, 2, 3), keepdim=True)
            Xh = (X - m) / torch.sqrt(v + 1e-5)
            self.moving_mean = 0.9 * self.moving_mean + 0.1 * m.detach()
            self.moving_var = 0.9 * self.moving_var + 0.1 * v.detach()
        return self.gamma * Xh + self.beta
class ResidualBlock(nn.Module):

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.bn1, self.bn2 = MyBN(out_channels), MyBN(out_channels)
        self.proj = nn.Conv2d(in_channels, out_channels, 1, stride) if stride != 1 or in_channels != out_channels else nn.Identity()
    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.proj(x))
