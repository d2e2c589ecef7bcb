import torch
import torch.nn as nn


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 6, 5),               # 24
            nn.Sigmoid(),
            nn.AvgPool2d(2),                  # 12
            nn.Conv2d(6, 16, 5),              # 8
            nn.Sigmoid(),
            nn.AvgPool2d(2),                  # 4
            nn.Flatten(),
            nn.Linear(16 * 4 * 4, 120),       # the notes say 400 but that crashed
            nn.Sigmoid(),
            nn.Linear(120, 84),
            nn.Sigmoid(),
            nn.Linear(84, 10),
        )

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
