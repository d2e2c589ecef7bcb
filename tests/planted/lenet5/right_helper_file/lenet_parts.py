import torch.nn as nn


class ConvSigmoidPool(nn.Module):
    def __init__(self, cin, cout, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel_size=5, padding=padding)
        self.act = nn.Sigmoid()
        self.pool = nn.AvgPool2d(2)

    def forward(self, x):
        return self.pool(self.act(self.conv(x)))


class DenseSigmoid(nn.Module):
    def __init__(self, nin, nout):
        super().__init__()
        self.fc = nn.Linear(nin, nout)
        self.act = nn.Sigmoid()

    def forward(self, x):
        return self.act(self.fc(x))
