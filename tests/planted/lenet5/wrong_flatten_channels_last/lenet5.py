import torch
import torch.nn as nn
import torch.nn.functional as F


class LeNet5(nn.Module):
    """Ported from my Keras notebook."""

    def __init__(self):
        super().__init__()
        self.conv2d_1 = nn.Conv2d(1, 6, 5, padding="same")
        self.conv2d_2 = nn.Conv2d(6, 16, 5, padding="valid")
        self.dense_1 = nn.Linear(400, 120)
        self.dense_2 = nn.Linear(120, 84)
        self.dense_3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv2d_1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2d_2(x)), 2)
        x = x.permute(0, 2, 3, 1).flatten(1)   # channels_last like Keras
        x = torch.sigmoid(self.dense_1(x))
        x = torch.sigmoid(self.dense_2(x))
        return self.dense_3(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device).train()
    x, y = images.to(device), labels.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for _ in range(20):
        batch_losses = []
        for i in torch.randperm(len(x)).split(64):
            loss = F.cross_entropy(model(x[i]), y[i])
            opt.zero_grad()
            loss.backward()
            opt.step()
            batch_losses.append(loss.item())
        losses.append(sum(batch_losses) / len(batch_losses))
    return losses
