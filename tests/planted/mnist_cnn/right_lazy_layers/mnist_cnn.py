import torch
from torch import nn


class MnistCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.LazyConv2d(32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.LazyConv2d(64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.LazyLinear(128), nn.ReLU(), nn.LazyLinear(10),
        )

    def forward(self, x):
        return self.body(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    model(images[:2].to(device))    # gives the lazy layers their shapes
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses = []
    for _ in range(6):
        total = 0.0
        for i in torch.randperm(len(images)).split(64):
            x, y = images[i].to(device), labels[i].to(device)
            opt.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            opt.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    return losses
