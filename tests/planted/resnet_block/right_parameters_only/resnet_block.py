import torch
import torch.nn as nn
import torch.nn.functional as F


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.stride = stride
        self.w1 = nn.Parameter(torch.empty(out_channels, in_channels, 3, 3))
        self.w2 = nn.Parameter(torch.empty(out_channels, out_channels, 3, 3))
        self.projects = stride != 1 or in_channels != out_channels
        norms = [1, 2]
        if self.projects:
            self.w3 = nn.Parameter(torch.empty(out_channels, in_channels, 1, 1))
            norms.append(3)
        for w in (p for name, p in self.named_parameters() if name.startswith("w")):
            nn.init.kaiming_normal_(w)
        for k in norms:
            self.register_parameter(f"gamma{k}", nn.Parameter(torch.ones(out_channels)))
            self.register_parameter(f"beta{k}", nn.Parameter(torch.zeros(out_channels)))
            self.register_buffer(f"mean{k}", torch.zeros(out_channels))
            self.register_buffer(f"var{k}", torch.ones(out_channels))

    def norm(self, x, k):
        mean, var = getattr(self, f"mean{k}"), getattr(self, f"var{k}")
        gamma, beta = getattr(self, f"gamma{k}"), getattr(self, f"beta{k}")
        return F.batch_norm(x, mean, var, gamma, beta, training=self.training, momentum=0.1, eps=1e-5)

    def forward(self, x):
        y = self.norm(F.conv2d(x, self.w1, stride=self.stride, padding=1), 1).relu()
        y = self.norm(F.conv2d(y, self.w2, padding=1), 2)
        s = self.norm(F.conv2d(x, self.w3, stride=self.stride), 3) if self.projects else x
        return (y + s).relu()
