import torch
from torch import Tensor, nn


class Inception(nn.Module):
    def __init__(self, in_channels: int, c1: int, c2: int | tuple[int, int], c3: int | tuple[int, int], c4: int | None):
        super().__init__()
        self.first = nn.Conv2d(in_channels, c1, 1)
        self.second = self._stack(in_channels, c2, 3)
        self.third = self._stack(in_channels, c3, 5)
        self.fourth = nn.ModuleList() if c4 is None else nn.ModuleList([nn.Conv2d(in_channels, c4, 1)])
        self.pool = nn.MaxPool2d(3, 1, padding=1)

    @staticmethod
    def _stack(cin: int, spec: int | tuple[int, int], size: int) -> nn.ModuleList:
        match spec:
            case (reduced, out):
                return nn.ModuleList([nn.Conv2d(cin, reduced, 1), nn.Conv2d(reduced, out, size, padding=size // 2)])
            case out:
                return nn.ModuleList([nn.Conv2d(cin, out, size, padding=size // 2)])

    @staticmethod
    def _run(convolutions, x: Tensor) -> Tensor:
        for convolution in convolutions:
            x = convolution(x).relu()
        return x

    def forward(self, x: Tensor) -> Tensor:
        return torch.hstack(
            [
                self._run([self.first], x),
                self._run(self.second, x),
                self._run(self.third, x),
                self._run(self.fourth, self.pool(x)),
            ]
        )
