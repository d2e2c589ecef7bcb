import torch.nn as nn
import torch.nn.functional as F


class VGGBlock(nn.Module):
    def __init__(self, n, cin, cout):
        super().__init__()
        self.convs = nn.ModuleList()
        for i in range(n):
            self.convs.append(nn.Conv2d(cin if i == 0 else cout, cout, 3, padding=1, bias=False))

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x.detach()))
        x = F.max_pool2d(x, 2)
        return x


def vgg_block(layers, in_channels, out_channels):
    return VGGBlock(layers, in_channels, out_channels)


def receptive_field(layers):
    r = 1
    for kernel, stride in layers[::-1]:
        r = stride * r + (kernel - stride)
    return r


def parameters(kernel, layers, channels):
    total = 0
    for _ in range(layers):
        total += channels * kernel * kernel * channels
    return total
