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


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model = LeNet5().to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    criterion = nn.CrossEntropyLoss()
    losses = []
    for epoch in range(20):
        total = 0.0
        for index in torch.randperm(len(images)).split(64):
            optimizer.zero_grad()
            loss = criterion(model(images[index].to(device)), labels[index].to(device))
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        losses.append(total / len(images))
    print("final loss", losses[-1])
    return losses
