import torch
import torch.nn as nn


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5, stride=1, padding=2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5, stride=1)
        self.pool = nn.AvgPool2d(kernel_size=2, stride=1)
        self.fc1 = nn.Linear(16 * 22 * 22, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(torch.sigmoid(self.conv1(x)))   # 27
        x = self.pool(torch.sigmoid(self.conv2(x)))   # 22
        x = torch.flatten(x, 1)
        x = torch.sigmoid(self.fc1(x))
        x = torch.sigmoid(self.fc2(x))
        return self.fc3(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    images, labels = images.to(device), labels.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=0.001)
    losses = []
    for _ in range(10):
        total = 0.0
        for i in torch.randperm(len(images)).split(64):
            opt.zero_grad()
            loss = nn.functional.cross_entropy(model(images[i]), labels[i])
            loss.backward()
            opt.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    return losses
