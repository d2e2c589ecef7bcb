import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):

    def __init__(self, c_in, c, stride=1):
        super().__init__()
        self.reduce = nn.Conv2d(c_in, c, 1, bias=False)
        self.reduce_bn = nn.BatchNorm2d(c)
        self.spatial = nn.Conv2d(c, c, 3, stride, 1, bias=False)
        self.spatial_bn = nn.BatchNorm2d(c)
        self.expand = nn.Conv2d(c, 4 * c, 1, bias=False)
        self.expand_bn = nn.BatchNorm2d(4 * c)

        self.need_proj = (c_in != 4 * c) or (stride != 1)
        if self.need_proj:
            self.proj = nn.Conv2d(c_in, 4 * c, 1, stride, bias=False)
            self.proj_bn = nn.BatchNorm2d(4 * c)

    def forward(self, x):
        h = F.relu(self.reduce_bn(self.reduce(x)))
        h = F.relu(self.spatial_bn(self.spatial(h)))
        h = self.expand_bn(self.expand(h))
        s = self.proj_bn(self.proj(x)) if self.need_proj else x.detach()
        return F.relu(h + s)
