import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.utils.data import DataLoader, TensorDataset

TABLE = [
    [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 0], [5, 0, 1],
    [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 0], [4, 5, 0, 1], [5, 0, 1, 2],
    [0, 1, 3, 4], [1, 2, 4, 5], [2, 3, 5, 0],
    [0, 1, 2, 3, 4, 5],
]


class LeNet5Paper(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(84, 10)
        self.f6 = nn.Linear(120, 84)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.c3 = nn.ModuleDict({
            "all": nn.Conv2d(6, 1, 5),
            "gaps": nn.Conv2d(3 * 4, 3, 5, groups=3),
            "fours": nn.Conv2d(6 * 4, 6, 5, groups=6),
            "threes": nn.Conv2d(6 * 3, 6, 5, groups=6),
        })
        self.c1 = nn.Conv2d(1, 6, 5, padding=2)
        self.act, self.pool = nn.Sigmoid(), nn.AvgPool2d(2, 2)

    def forward(self, x):
        s2 = self.pool(self.act(self.c1(x)))
        flat = [i for row in TABLE for i in row]
        threes, fours, gaps, every = flat[:18], flat[18:42], flat[42:54], flat[54:]
        c3 = torch.cat((self.c3["threes"](s2[:, threes]), self.c3["fours"](s2[:, fours]),
                        self.c3["gaps"](s2[:, gaps]), self.c3["all"](s2[:, every])), dim=1)
        s4 = self.pool(self.act(c3))
        c5 = self.act(self.c5(s4)).flatten(1)
        return self.out(self.act(self.f6(c5)))


def train(model, images, labels, device="cpu", seed=0):
    torch.manual_seed(seed)
    loader = DataLoader(TensorDataset(images, labels), batch_size=32, shuffle=True)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=4e-3)
    model = model.to(device)
    losses = []
    for epoch in range(18):
        model.train()
        epoch_loss = 0
        for data, target in loader:
            data, target = data.to(device), target.to(device)
            optimizer.zero_grad()
            output = model(data)
            loss = criterion(output, target)
            loss.backward()
            optimizer.step()
            epoch_loss += loss.item()
        losses.append(epoch_loss / len(loader))
    return losses
