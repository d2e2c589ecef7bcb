from torch import nn
from torch.nn.functional import adaptive_avg_pool2d


class GlobalHead(nn.Module):
    def __init__(self, in_channels: int, classes: int) -> None:
        super().__init__()
        self.score = nn.Conv2d(in_channels, classes, 1)

    def forward(self, maps):
        return self.score(adaptive_avg_pool2d(maps, 1)).flatten(start_dim=1)
