import math
import torch
from torch import nn
import torch.nn.functional as F

class Conv(nn.Module):
    """kernel as (h, w, in, out), as in Keras"""
    def __init__(self, i, o, pad):
        super().__init__()
        self.pad = pad
        self.kernel = nn.Parameter(nn.init.xavier_uniform_(torch.empty(o, i, 5, 5)).permute(2, 3, 1, 0).contiguous())
        self.bias = nn.Parameter(torch.zeros(o))
    def forward(self, x):
        return F.conv2d(x, self.kernel.permute(3, 2, 0, 1), self.bias, padding=self.pad)
class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(Conv(1, 6, 2), nn.Sigmoid(), nn.AvgPool2d(2), Conv(6, 16, 0), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(),
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
