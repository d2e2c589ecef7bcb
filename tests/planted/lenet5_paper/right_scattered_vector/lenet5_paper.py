import torch
import torch.nn as nn
import torch.nn.functional as F

TABLE = torch.tensor([
    # 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15
    [1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1],
    [1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1],
    [1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1, 1],
    [0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1],
    [0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1],
    [0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1],
])


class C3(nn.Module):
    """Only the connected kernels are parameters; the mask is a buffer."""

    def __init__(self):
        super().__init__()
        mask = TABLE.t().bool()[:, :, None, None].expand(16, 6, 5, 5)
        self.register_buffer("mask", mask.clone())
        self.weight = nn.Parameter(torch.empty(int(mask.sum())).uniform_(-0.1, 0.1))
        self.bias = nn.Parameter(torch.zeros(16))

    def forward(self, x):
        full = torch.zeros(16, 6, 5, 5, dtype=x.dtype, device=x.device)
        full = full.masked_scatter(self.mask, self.weight)
        return F.conv2d(x, full, self.bias)


class LeNet5Paper(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2), C3(), nn.Sigmoid(), nn.AvgPool2d(2))
        self.classifier = nn.Sequential(
            nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, num_classes))

    def forward(self, x):
        return self.classifier(self.features(x))


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    model.train()
    opt = torch.optim.Adam(model.parameters(), lr=0.005)
    history = []
    for epoch in range(20):
        perm = torch.randperm(len(images))
        running = 0.0
        for i in range(0, len(images), 64):
            idx = perm[i:i + 64]
            out = model(images[idx].to(device))
            loss = nn.functional.cross_entropy(out, labels[idx].to(device))
            opt.zero_grad()
            loss.backward()
            opt.step()
            running += loss.item() * len(idx)
        history.append(running / len(images))
    return history
