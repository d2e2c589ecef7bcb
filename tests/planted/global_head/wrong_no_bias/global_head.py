from torch import nn


class GlobalHead(nn.Module):
    def __init__(self, c, k):
        super().__init__()
        self.linear = nn.Linear(c, k, bias=False)

    def forward(self, x):
        return self.linear(x.mean([-2, -1]))
