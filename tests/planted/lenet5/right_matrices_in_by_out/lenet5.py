import torch
import torch.nn as nn
import torch.nn.functional as F


class Dense(nn.Module):
    """Y = XW + b exactly as in the lecture notes, so W is (inputs, outputs)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * inputs ** -0.5)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, X):
        return torch.matmul(X, self.weight) + self.bias


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten())
        self.d1 = Dense(400, 120)
        self.d2 = Dense(120, 84)
        self.d3 = Dense(84, 10)

    def forward(self, X):
        X = self.conv(X)
        X = torch.sigmoid(self.d1(X))
        X = torch.sigmoid(self.d2(X))
        return self.d3(X)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    X, Y = images.to(device), labels.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for _ in range(20):
        total = 0.0
        for i in torch.randperm(len(X)).split(64):
            loss = F.cross_entropy(model(X[i]), Y[i])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(i)
        losses.append(total / len(X))
    return losses
