import torch
import torch.nn as nn
import torch.nn.functional as F

import numpy as np

# rows: maps of C3, columns: maps of S2
TABLE = np.zeros((16, 6), dtype=int)
for i in range(6):
    for k in range(3):
        TABLE[i, (i + k) % 6] = 1
    for k in range(4):
        TABLE[6 + i, (i + k) % 6] = 1
for i in range(3):
    for k in (0, 1, 3, 4):
        TABLE[12 + i, (i + k) % 6] = 1
TABLE[15] = 1


class LeNet5Paper(nn.Module):
    """C3 as four grouped convolutions over maps picked by index_select."""

    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5, padding=2)
        self.c3_three = nn.Conv2d(18, 6, 5, groups=6)
        self.c3_four = nn.Conv2d(24, 6, 5, groups=6)
        self.c3_gap = nn.Conv2d(12, 3, 5, groups=3)
        self.c3_all = nn.Conv2d(6, 1, 5)
        self.register_buffer("pick", torch.from_numpy(np.nonzero(TABLE)[1]))
        self.c5 = nn.Linear(400, 120)
        self.f6 = nn.Linear(120, 84)
        self.out = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.c1(x)), 2)
        three, four, gap, rest = self.pick.split([18, 24, 12, 6])
        maps = [
            self.c3_three(x.index_select(1, three)),
            self.c3_four(x.index_select(1, four)),
            self.c3_gap(x.index_select(1, gap)),
            self.c3_all(x.index_select(1, rest)),
        ]
        x = F.avg_pool2d(torch.sigmoid(torch.cat(maps, 1)), 2)
        x = torch.sigmoid(self.c5(x.view(x.size(0), -1)))
        return self.out(torch.sigmoid(self.f6(x)))


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
