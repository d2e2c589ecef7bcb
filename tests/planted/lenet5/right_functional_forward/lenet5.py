import torch
import torch.nn as nn
import torch.nn.functional as F


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5, padding=2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.f5 = nn.Linear(400, 120)
        self.f6 = nn.Linear(120, 84)
        self.out = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.c1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.c3(x)), 2)
        x = torch.flatten(x, 1)
        x = torch.sigmoid(self.f5(x))
        x = torch.sigmoid(self.f6(x))
        return self.out(x)


def train(model, images, labels, *, device="cpu", seed=0):
    rng = torch.Generator().manual_seed(seed)
    model = model.to(device).train()
    x, y = images.to(device), labels.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.008)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.5)
    losses = []
    for _ in range(26):
        batch_losses = []
        for pick in torch.randperm(len(x), generator=rng).split(64):
            pick = pick.to(device)
            loss = F.cross_entropy(model(x[pick]), y[pick])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            batch_losses.append(loss.detach())
        scheduler.step()
        losses.append(torch.stack(batch_losses).mean().item())
    return losses
