import torch
from torch import nn


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding="same")
        self.down1 = nn.AdaptiveAvgPool2d(14)
        self.conv2 = nn.Conv2d(6, 16, 5, padding="valid")
        self.down2 = nn.AdaptiveAvgPool2d((5, 5))
        self.fc = nn.Sequential(
            nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10)
        )

    def forward(self, x):
        x = self.down1(torch.sigmoid(self.conv1(x)))
        x = self.down2(torch.sigmoid(self.conv2(x)))
        return self.fc(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    loss_fn = nn.CrossEntropyLoss()
    optim = torch.optim.Adam(model.parameters(), lr=5e-3)
    n = len(images)
    losses = []
    for ep in range(20):
        model.train()
        p = torch.randperm(n)
        xs, ys = images[p].to(device), labels[p].to(device)
        total = 0.0
        for xb, yb in zip(xs.split(64), ys.split(64)):
            optim.zero_grad()
            loss = loss_fn(model(xb), yb)
            loss.backward()
            optim.step()
            total += loss.item() * len(yb)
        losses.append(total / n)
    return losses
