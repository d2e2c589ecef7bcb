import torch
from torch import nn
import torch.nn.functional as F
import numpy as np
class GlobalHead(nn.Module):
    def __init__(self, in_channels, classes):
        super().__init__()
        self.fc = nn.Linear(in_channels, classes)
    def forward(self, x):
        return self.fc(F.avg_pool2d(x, 7).flatten(1))


