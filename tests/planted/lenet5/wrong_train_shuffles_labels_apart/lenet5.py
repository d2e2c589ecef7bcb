import torch
import torch.nn as nn


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))

    def forward(self, x):
        return self.net(x)


def shuffle(t):
    return t[torch.randperm(len(t))]


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    criterion = nn.CrossEntropyLoss()
    losses = []
    for epoch in range(15):
        x, y = shuffle(images).to(device), shuffle(labels).to(device)
        total = 0.0
        for start in range(0, len(x), 64):
            optimizer.zero_grad()
            loss = criterion(model(x[start:start + 64]), y[start:start + 64])
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total)
    return losses
