import torch
import torch.nn as nn
import torch.nn.functional as F


class Logistic(nn.Module):
    """sigma(x) = (1 + tanh(x/2)) / 2, never overflows."""

    def forward(self, x):
        return 0.5 * (1.0 + torch.tanh(0.5 * x))


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), Logistic(), nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5), Logistic(), nn.AvgPool2d(2),
        )
        self.dense = nn.Sequential(
            nn.Linear(400, 120), Logistic(),
            nn.Linear(120, 84), Logistic(),
            nn.Linear(84, 10),
        )

    def forward(self, x):
        return self.dense(self.convs(x).flatten(start_dim=1))


def train(model, images, labels, *, device="cpu", seed=0):
    gen = torch.Generator()
    gen.manual_seed(seed)
    model.to(device)
    images, labels = images.to(device), labels.to(device)
    adam = torch.optim.Adam(model.parameters(), lr=6e-3, betas=(0.9, 0.99))
    losses = []
    for _ in range(24):
        total = torch.zeros((), device=device)
        for idx in torch.randperm(len(images), generator=gen).split(60):
            adam.zero_grad()
            loss = F.cross_entropy(model(images[idx]), labels[idx])
            loss.backward()
            adam.step()
            total += loss.detach() * len(idx)
        losses.append((total / len(images)).item())
    return losses
