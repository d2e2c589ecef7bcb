import torch
import torch.nn as nn


def block(cin, cout, padding):
    return nn.Sequential(nn.Conv2d(cin, cout, 5, padding=padding), nn.Sigmoid())


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.block1 = block(1, 6, 2)
        self.block2 = block(6, 16, 0)
        self.pool = nn.AvgPool2d(2)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(torch.sigmoid(self.block1(x)))
        x = self.pool(torch.sigmoid(self.block2(x)))
        x = x.flatten(1)
        x = torch.sigmoid(self.fc1(x))
        x = torch.sigmoid(self.fc2(x))
        return self.fc3(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device).train()
    images, labels = images.to(device), labels.to(device)
    epochs, size = 20, 64
    steps = epochs * -(-len(images) // size)
    opt = torch.optim.AdamW(model.parameters(), lr=0.005)
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=0.01, total_steps=steps)
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
