import torch
import torch.nn as nn
import torch.nn.functional as F


def max_pool(x):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).amax(dim=(3, 5))


class PlainCNN(nn.Module):
    def __init__(self, n1: int = 32, n2: int = 64, hidden: int = 128, dropout: float = 0.5) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, n1, 5)
        self.deep = nn.Conv2d(n1, n2, 5)
        self.to_hidden = nn.Linear(n2 * 16, hidden)
        self.to_logits = nn.Linear(hidden, 10)
        self.regulariser = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = max_pool(self.deep(max_pool(self.stem(x))))
        units = torch.maximum(self.to_hidden(maps.flatten(1)), torch.zeros(()))
        return self.to_logits(self.regulariser(units))


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
