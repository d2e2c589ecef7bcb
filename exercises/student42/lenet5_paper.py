"""LeNet-5 with the sparse third layer of the paper: a small convolution for each of its 16 maps.

python lenet5_paper.py trains it on the digits of scikit-learn and shows the loss of every epoch.
"""

import torch
from torch import nn
from torch.nn import functional as F


def around(start, steps):
    """The maps that lie so many steps after `start`, on a circle of six."""
    return sorted((start + step) % 6 for step in steps)


TABLE = [
    *(around(start, range(3)) for start in range(6)),  # three neighbours
    *(around(start, range(4)) for start in range(6)),  # four neighbours
    *(around(start, [0, 1, 3, 4]) for start in range(3)),  # four with a gap
    around(0, range(6)),  # all
]


class LeNet5Paper(nn.Module):
    """(N, 1, 28, 28) standardised images -> (N, 10) logits."""

    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.c3 = nn.ModuleList(nn.Conv2d(len(seen), 1, kernel_size=5) for seen in TABLE)
        self.c5 = nn.Linear(16 * 5 * 5, 120)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def forward(self, x):
        s2 = F.avg_pool2d(torch.sigmoid(self.c1(x)), 2)
        c3 = torch.cat([conv(s2[:, seen]) for conv, seen in zip(self.c3, TABLE, strict=True)], dim=1)
        s4 = F.avg_pool2d(torch.sigmoid(c3), 2)
        c5 = torch.sigmoid(self.c5(s4.flatten(start_dim=1)))
        return self.output(torch.sigmoid(self.f6(c5)))


def train(model, images, labels, *, device="cpu", seed=0, epochs=20):
    """Train in place; returns the mean loss of every epoch."""
    torch.manual_seed(seed)
    model.to(device).train()
    images, labels = images.to(device), labels.to(device)
    # plain SGD sits on a plateau for epochs with sigmoids; Adam leaves it at once
    optimiser = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for _ in range(epochs):
        total = 0.0
        batches = torch.randperm(len(images), device=device).split(64)
        for batch in batches:
            optimiser.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimiser.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses


if __name__ == "__main__":
    from helper import digits

    torch.manual_seed(0)
    print(train(LeNet5Paper(), *digits("train")))
