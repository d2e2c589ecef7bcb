import torch
import torch.nn as nn
import torch.nn.functional as F

TABLE = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)


class SparseConv(nn.Module):
    # one kernel per connection, as the paper draws it: convolve each input map, add up, add the bias
    def __init__(self):
        super().__init__()
        self.kernels = nn.ModuleDict()
        for j, row in enumerate(TABLE):
            for i in row:
                self.kernels[f"{i}to{j}"] = nn.Conv2d(1, 1, 5, bias=False)
        self.bias = nn.Parameter(torch.zeros(16))

    def forward(self, s2):
        out = []
        for j, row in enumerate(TABLE):
            out.append(sum(self.kernels[f"{i}to{j}"](s2[:, i:i + 1]) for i in row) + self.bias[j])
        return torch.cat(out, dim=1)


class LeNet5Paper(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
            SparseConv(), nn.Sigmoid(), nn.AvgPool2d(2),
            nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10),
        )

    def forward(self, x):
        return self.net(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    model.train()
    opt = torch.optim.Adam(model.parameters(), lr=0.005)
    history = []
    for epoch in range(15):
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
