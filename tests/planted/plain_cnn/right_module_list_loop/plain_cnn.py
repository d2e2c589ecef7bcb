import torch
import torch.nn as nn
import torch.nn.functional as F


class PlainCNN(nn.Module):
    def __init__(self, n1=32, n2=64, hidden=128, dropout=0.5):
        super().__init__()
        widths = [1, n1, n2]
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 5) for a, b in zip(widths, widths[1:]))
        self.dense = nn.ModuleDict({"hidden": nn.Linear(n2 * 16, hidden), "logits": nn.Linear(hidden, 10)})
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(conv(x), kernel_size=2, stride=2)
        x = torch.relu(self.dense["hidden"](x.flatten(1)))
        return self.dense["logits"](self.dropout(x))


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
