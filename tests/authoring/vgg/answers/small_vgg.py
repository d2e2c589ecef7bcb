"""A VGG block and a dense layer."""

from torch import nn


class SmallVGG(nn.Module):
    """x (N, channels, 8, 8) -> (N, classes): two 3x3 convolutions with ReLU, max pooling by 2, dense."""

    def __init__(self, channels, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.conv3 = nn.Conv2d(width, width, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.dense = nn.Linear(width * 4 * 4, classes)

    def forward(self, x):
        x = self.conv1(x).relu()
        x = self.conv2(x).relu()
        x = self.conv3(x).relu()
        return self.dense(self.pool(x).flatten(1))
