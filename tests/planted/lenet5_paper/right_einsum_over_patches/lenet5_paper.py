import torch
import torch.nn as nn
import torch.nn.functional as F

# which C3 maps does each S2 map feed?
TABLE = [
    [0, 4, 5, 6, 9, 10, 11, 12, 14, 15],
    [0, 1, 5, 6, 7, 10, 11, 12, 13, 15],
    [0, 1, 2, 6, 7, 8, 11, 13, 14, 15],
    [1, 2, 3, 6, 7, 8, 9, 12, 14, 15],
    [2, 3, 4, 7, 8, 9, 10, 12, 13, 15],
    [3, 4, 5, 8, 9, 10, 11, 13, 14, 15],
]


class LeNet5Paper(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5, padding=2)
        self.kernels = nn.Parameter(torch.randn(6, 10, 25) * 0.1)  # from each S2 map to the ten it feeds
        self.biases = nn.Parameter(torch.zeros(16))
        self.register_buffer("targets", torch.tensor(TABLE))
        self.c5, self.f6, self.output = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.c1(x)), 2)
        n = x.shape[0]
        patches = F.unfold(x, 5).view(n, 6, 25, 100)
        each = torch.einsum("iok,nikp->niop", self.kernels, patches).reshape(n, 60, 100)
        maps = torch.zeros(n, 16, 100, device=x.device).index_add(1, self.targets.flatten(), each)
        x = F.avg_pool2d(torch.sigmoid((maps + self.biases[:, None]).view(n, 16, 10, 10)), 2)
        x = torch.sigmoid(self.c5(x.reshape(n, -1)))
        return self.output(torch.sigmoid(self.f6(x)))


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
