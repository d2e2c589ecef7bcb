import torch
import torch.nn as nn
import torch.nn.functional as F


class ResidualBlock(nn.Module):
    """残差块：输出 = ReLU(F(x) + 捷径(x))"""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        # 主路径：两个 3x3 卷积，每个后面有批量归一化
        self.卷积1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.归一1 = nn.BatchNorm2d(out_channels)
        self.卷积2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.归一2 = nn.BatchNorm2d(out_channels)
        # 形状不同的时候，用 1x1 卷积调整通道数和大小
        self.捷径 = nn.Sequential()
        if stride != 1 or in_channels != out_channels:
            self.捷径 = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x):
        残差 = F.relu(self.归一1(self.卷积1(x)))
        残差 = self.归一2(self.卷积2(残差))
        return F.relu(残差 + self.捷径(x))   # 先相加，再激活
