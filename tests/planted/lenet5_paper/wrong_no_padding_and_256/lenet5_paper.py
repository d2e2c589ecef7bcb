import torch
from torch import nn
import torch.nn.functional as F
import numpy as np
TABLE = [(0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5), (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5), (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5)]
class LeNet5Paper(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.convs = nn.ModuleList([nn.Conv2d(len(t), 1, 5) for t in TABLE])
        self.f1 = nn.Linear(256, 120)
        self.f2 = nn.Linear(120, 84)
        self.f3 = nn.Linear(84, 10)
    def c3(self, x):
        return torch.cat([conv(x[:, list(t)]) for conv, t in zip(self.convs, TABLE)], dim=1)
    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.c1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.c3(x)), 2)
        x = torch.flatten(x, 1)
        x = torch.sigmoid(self.f1(x))
        x = torch.sigmoid(self.f2(x))
        return self.f3(x)
def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device).train()
    opt = torch.optim.Adam(model.parameters(), lr=0.006)
    losses = []
    for epoch in range(40):
        perm = torch.randperm(len(images))
        total = 0.0
        for i in range(0, len(images), 64):
            idx = perm[i:i + 64]
            xb, yb = images[idx].to(device), labels[idx].to(device)
            opt.zero_grad()
            loss = F.cross_entropy(model(xb), yb)
            loss.backward()
            opt.step()
            total += loss.item() * len(idx)
        losses.append(total / len(images))
    return losses


