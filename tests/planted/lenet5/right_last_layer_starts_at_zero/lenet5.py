import torch
from torch import nn
import torch.nn.functional as F


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5, padding=2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.c5 = nn.Linear(400, 120)
        self.f6 = nn.Linear(120, 84)
        self.out = nn.Linear(84, 10)
        for layer in (self.c1, self.c3, self.c5, self.f6):
            nn.init.xavier_uniform_(layer.weight, gain=4)
            nn.init.zeros_(layer.bias)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x):
        x = F.avg_pool2d(self.c1(x).sigmoid(), 2)
        x = F.avg_pool2d(self.c3(x).sigmoid(), 2)
        x = self.c5(x.flatten(1)).sigmoid()
        x = self.f6(x).sigmoid()
        return self.out(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device).train()
    images, labels = images.to(device), labels.to(device)
    adam = torch.optim.Adam(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(20):
        for batch in torch.randperm(len(images), device=device).split(64):
            adam.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            adam.step()
        losses.append(float(loss))
    return losses
