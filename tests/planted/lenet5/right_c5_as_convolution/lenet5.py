import torch
import torch.nn as nn
import torch.nn.functional as F


class LeNet5(nn.Module):
    """In the paper C5 is a convolution: on a 5x5 map a 5x5 kernel sees everything once."""

    def __init__(self):
        super().__init__()
        self.C1 = nn.Conv2d(1, 6, 5, padding=2)
        self.C3 = nn.Conv2d(6, 16, 5)
        self.C5 = nn.Conv2d(16, 120, 5)
        self.F6 = nn.Linear(120, 84)
        self.out = nn.Linear(84, 10)
        self.S = nn.AvgPool2d(2)

    def forward(self, x):
        x = self.S(self.C1(x).sigmoid())
        x = self.S(self.C3(x).sigmoid())
        x = self.C5(x).sigmoid()          # (N, 120, 1, 1)
        x = x.squeeze(3).squeeze(2)       # not squeeze(): that eats the batch axis when N is 1
        x = self.F6(x).sigmoid()
        return self.out(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    images, labels = images.to(device), labels.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for _ in range(24):
        total = 0.0
        for i in torch.randperm(len(images)).split(64):
            opt.zero_grad()
            loss = F.cross_entropy(model(images[i]), labels[i])
            loss.backward()
            opt.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    return losses
