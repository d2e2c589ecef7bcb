import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels << 2
        parts = {}
        if stride != 1 or wide != in_channels:
            parts["skip_norm"] = nn.BatchNorm2d(wide)
            parts["skip"] = nn.Conv2d(in_channels, wide, (1, 1), (stride, stride))
        parts["norm_up"] = nn.BatchNorm2d(wide)
        parts["up"] = nn.Conv2d(channels, wide, (1, 1))
        parts["norm_mid"] = nn.BatchNorm2d(channels)
        parts["mid"] = nn.Conv2d(channels, channels, (3, 3), (stride, stride), (1, 1))
        parts["norm_down"] = nn.BatchNorm2d(channels)
        parts["down"] = nn.Conv2d(in_channels, channels, (1, 1))
        self.parts = nn.ModuleDict(parts)

    def forward(self, x):
        p = self.parts
        t = x
        for step in ("down", "mid"):
            t = p["norm_" + step](p[step](t)).clamp(min=0)
        t = p["norm_up"](p["up"](t))
        if "skip" in p:
            x = p["skip_norm"](p["skip"](x))
        return (t + x).clamp(min=0)
