import torch
import torch.nn as nn
import torch.nn.functional as F


class MeanPool(nn.Module):
    """A 2x2 mean is a convolution with four quarters; a buffer, so it is not trained."""

    def __init__(self, channels):
        super().__init__()
        self.channels = channels
        self.register_buffer("kernel", torch.full((channels, 1, 2, 2), 0.25))

    def forward(self, x):
        return F.conv2d(x, self.kernel, stride=2, groups=self.channels)


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage1 = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), MeanPool(6))
        self.stage2 = nn.Sequential(nn.Conv2d(6, 16, 5), nn.Sigmoid(), MeanPool(16))
        self.stage3 = nn.Sequential(nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid())
        self.stage4 = nn.Sequential(nn.Linear(120, 84), nn.Sigmoid())
        self.stage5 = nn.Linear(84, 10)

    def forward(self, x):
        for stage in (self.stage1, self.stage2, self.stage3, self.stage4, self.stage5):
            x = stage(x)
        return x


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    images, labels = images.to(device), labels.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(20):
        tot = 0.0
        for b in torch.randperm(len(images)).split(64):
            loss = F.cross_entropy(model(images[b]), labels[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
            tot += loss.item() * len(b)
        losses.append(tot / len(images))
    return losses
