import torch
import torch.nn as nn


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for a, b, p in [(1, 6, 2), (6, 16, 0)]:
            layers += [nn.Conv2d(a, b, 5, padding=p), nn.Sigmoid(), nn.AvgPool2d(2)]
        layers += [nn.Flatten()]
        for a, b in [(400, 120), (120, 84), (84, 10)]:
            layers += [nn.Linear(a, b), nn.Sigmoid()]
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    model.train()
    images, labels = images.to(device), labels.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    criterion = nn.CrossEntropyLoss()
    losses = []
    for epoch in range(20):
        order = torch.randperm(len(images))
        total = 0.0
        for start in range(0, len(images), 64):
            index = order[start:start + 64]
            optimizer.zero_grad()
            loss = criterion(model(images[index]), labels[index])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        losses.append(total / len(images))
    return losses
