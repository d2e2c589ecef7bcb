import math
import torch
from torch import nn
import torch.nn.functional as F

class ConvM(nn.Module):
    """im2col with the weight kept as a matrix (in*k*k, out)"""
    def __init__(self, cin, cout, k, p=0):
        super().__init__()
        self.k, self.p = k, p
        self.W = nn.Parameter(torch.randn(cin * k * k, cout) / math.sqrt(cin * k * k))
        self.b = nn.Parameter(torch.zeros(cout))
    def forward(self, x):
        n, _, h, w = x.shape
        cols = F.unfold(x, self.k, padding=self.p).transpose(1, 2)
        y = cols @ self.W + self.b
        return y.transpose(1, 2).reshape(n, -1, h + 2 * self.p - self.k + 1, w + 2 * self.p - self.k + 1)
class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(ConvM(1, 6, 5, 2), nn.Sigmoid(), nn.AvgPool2d(2), ConvM(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))
    def forward(self, x):
        return self.net(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device).train()
    images, labels = images.to(device), labels.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for epoch in range(20):
        perm = torch.randperm(len(images))
        tot = 0.0
        for i in range(0, len(images), 64):
            idx = perm[i:i + 64]
            opt.zero_grad()
            loss = F.cross_entropy(model(images[idx]), labels[idx])
            loss.backward()
            opt.step()
            tot += loss.item() * len(idx)
        losses.append(tot / len(images))
    return losses
