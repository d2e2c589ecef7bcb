import torch
import torch.nn as nn
import torch.nn.functional as F


class MnistCNN(nn.Module):
    def __init__(self):
        super().__init__()
        channels = [1, 32, 64]
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in zip(channels, channels[1:]))
        self.pools = nn.ModuleList(nn.MaxPool2d(2) for _ in range(2))
        self.fcs = nn.ModuleList([nn.Linear(3136, 128), nn.Linear(128, 10)])

    def forward(self, x):
        for conv, pool in zip(self.convs, self.pools):
            x = pool(conv(x).relu())
        x = x.flatten(1)
        return self.fcs[1](self.fcs[0](x).relu())


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device).train()
    images, labels = images.to(device), labels.to(device)
    epochs, size = 6, 64
    steps = epochs * -(-len(images) // size)
    opt = torch.optim.AdamW(model.parameters(), lr=0.002)
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=0.003, total_steps=steps)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for idx in torch.randperm(len(images)).split(size):
            opt.zero_grad(set_to_none=True)
            loss = nn.functional.cross_entropy(model(images[idx]), labels[idx])
            loss.backward()
            opt.step()
            sched.step()
            total += loss.item() * len(idx)
        losses.append(total / len(images))
    return losses
