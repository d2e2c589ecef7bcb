from dataclasses import dataclass

import torch
import torch.nn as nn


@dataclass(frozen=True)
class Config:
    channels: tuple = (1, 6, 16)
    kernel: int = 5
    first_padding: int = 2
    hidden: tuple = (120, 84)
    classes: int = 10
    side: int = 28

    @property
    def flat(self):
        side = (self.side + 2 * self.first_padding - self.kernel + 1) // 2
        side = (side - self.kernel + 1) // 2
        return self.channels[-1] * side * side


@dataclass(frozen=True)
class TrainConfig:
    lr: float = 0.005
    epochs: int = 20
    batch: int = 64


class LeNet5(nn.Module):
    def __init__(self, config=Config()):
        super().__init__()
        c = config
        self.conv1 = nn.Conv2d(c.channels[0], c.channels[1], c.kernel, padding=c.first_padding)
        self.conv2 = nn.Conv2d(c.channels[1], c.channels[2], c.kernel)
        self.fc1 = nn.Linear(c.flat, c.hidden[0])
        self.fc2 = nn.Linear(c.hidden[0], c.hidden[1])
        self.fc3 = nn.Linear(c.hidden[1], c.classes)
        self.pool = nn.AvgPool2d(2)
        self.act = nn.Sigmoid()

    def forward(self, x):
        x = self.pool(self.act(self.conv1(x)))
        x = self.pool(self.act(self.conv2(x)))
        x = x.flatten(1)
        return self.fc3(self.act(self.fc2(self.act(self.fc1(x)))))


def train(model, images, labels, *, device="cpu", seed=0, config=TrainConfig()):
    torch.manual_seed(seed)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=config.lr)
    criterion = nn.CrossEntropyLoss()
    losses = []
    for _ in range(config.epochs):
        losses.append(0.0)
        for idx in torch.randperm(len(images)).split(config.batch):
            optimizer.zero_grad()
            loss = criterion(model(images[idx].to(device)), labels[idx].to(device))
            loss.backward()
            optimizer.step()
            losses[-1] += loss.item() * len(idx) / len(images)
    return losses
