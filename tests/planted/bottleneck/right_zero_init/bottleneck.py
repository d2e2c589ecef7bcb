from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Sizes:
    outside: int
    inside: int
    stride: int

    @property
    def wide(self) -> int:
        return 4 * self.inside

    @property
    def same(self) -> bool:
        return self.stride == 1 and self.outside == self.wide


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.sizes = Sizes(in_channels, channels, stride)
        s = self.sizes
        self.down, self.down_norm = nn.Conv2d(s.outside, s.inside, 1, s.stride), nn.BatchNorm2d(s.inside)
        self.mix, self.mix_norm = nn.Conv2d(s.inside, s.inside, 3, padding=1), nn.BatchNorm2d(s.inside)
        self.up, self.up_norm = nn.Conv2d(s.inside, s.wide, 1), nn.BatchNorm2d(s.wide)
        nn.init.zeros_(self.up_norm.weight)
        if not s.same:
            self.side, self.side_norm = nn.Conv2d(s.outside, s.wide, 1, s.stride), nn.BatchNorm2d(s.wide)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.down_norm(self.down(x)).relu()
        y = self.mix_norm(self.mix(y)).relu()
        y = self.up_norm(self.up(y))
        return torch.relu(y + (x if self.sizes.same else self.side_norm(self.side(x))))
