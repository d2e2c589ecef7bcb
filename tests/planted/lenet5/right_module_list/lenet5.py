import torch
import torch.nn as nn
import torch.nn.functional as F


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)])
        self.linears = nn.ModuleList([nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)])

    def forward(self, x):
        for conv in self.convs:
            x = F.avg_pool2d(F.sigmoid(conv(x)), 2)
        x = x.view(x.shape[0], -1)
        for i, linear in enumerate(self.linears):
            x = linear(x)
            if i < len(self.linears) - 1:
                x = F.sigmoid(x)
        return x


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    dev = torch.device(device)
    model.to(dev).train()
    data = torch.utils.data.TensorDataset(images, labels)
    loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)
    opt = torch.optim.Adam(model.parameters())
    epochs = 18
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=0.008, epochs=epochs, steps_per_epoch=len(loader))
    losses = []
    for _ in range(epochs):
        tot = 0.0
        for xb, yb in loader:
            opt.zero_grad()
            loss = F.cross_entropy(model(xb.to(dev)), yb.to(dev))
            loss.backward()
            opt.step()
            sched.step()
            tot += loss.item()
        losses.append(tot / len(loader))
    return losses
