import torch
import torch.nn as nn
import torch.nn.functional as F


class MyDropout(nn.Module):
    """Inverted dropout by hand."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        mask = (torch.rand(x.shape, device=x.device) >= self.p).to(x.dtype)
        return x * mask / (1.0 - self.p)


class PlainCNN(nn.Module):
    def __init__(self, n1=32, n2=64, hidden=128, dropout=0.5):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, n1, 5), nn.MaxPool2d(2), nn.Conv2d(n1, n2, 5), nn.MaxPool2d(2))
        self.classifier = nn.Sequential(nn.Linear(n2 * 16, hidden), nn.ReLU(), MyDropout(dropout), nn.Linear(hidden, 10))

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    model.train()
    opt = torch.optim.Adam(model.parameters(), lr=0.002)
    history = []
    for epoch in range(8):
        perm = torch.randperm(len(images))
        running = 0.0
        for i in range(0, len(images), 32):
            idx = perm[i:i + 32]
            out = model(images[idx].to(device))
            loss = nn.functional.cross_entropy(out, labels[idx].to(device))
            opt.zero_grad()
            loss.backward()
            opt.step()
            running += loss.item() * len(idx)
        history.append(running / len(images))
    return history
