import torch
import torch.nn as nn


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        print("new block", in_channels, "->", out_channels, "stride", stride)
        self.conv1 = nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, kernel_size=3, stride=1, padding=1)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()
        self.use_1x1 = (in_channels != out_channels) or (stride != 1)
        if self.use_1x1:
            self.conv3 = nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride)

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        print("after conv1", out.shape)
        out = self.bn2(self.conv2(out))
        print("after conv2", out.shape)
        if self.use_1x1:
            x = self.conv3(x)
            print("shortcut", x.shape)
        return self.relu(out + x)


if __name__ == "__main__":
    block = ResidualBlock(3, 6, 2)
    print(block(torch.rand(4, 3, 6, 6)).shape)
