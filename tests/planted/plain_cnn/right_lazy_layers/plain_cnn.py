import torch
import torch.nn as nn
import torch.nn.functional as F


class PlainCNN(nn.Module):
    def __init__(self, n1=32, n2=64, hidden=128, dropout=0.5):
        super().__init__()
        self.body = nn.Sequential(
            nn.LazyConv2d(n1, kernel_size=5), nn.MaxPool2d(2),
            nn.LazyConv2d(n2, kernel_size=5), nn.MaxPool2d(2), nn.Flatten())
        self.head = nn.Sequential(nn.LazyLinear(hidden), nn.ReLU(), nn.Dropout(dropout), nn.LazyLinear(10))

    def forward(self, X):
        return self.head(self.body(X))


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
