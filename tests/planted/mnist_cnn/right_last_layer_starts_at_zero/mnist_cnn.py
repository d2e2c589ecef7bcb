import torch
from torch import nn
import torch.nn.functional as F


class MnistCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_a = nn.Conv2d(1, 32, 3, 1, 1)
        self.conv_b = nn.Conv2d(32, 64, 3, 1, 1)
        self.hidden = nn.Linear(3136, 128)
        self.head = nn.Linear(128, 10)
        # every class is equally likely before the first step
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, images):
        maps = F.max_pool2d(self.conv_a(images).relu(), kernel_size=2)
        maps = F.max_pool2d(self.conv_b(maps).relu(), kernel_size=2)
        return self.head(self.hidden(maps.flatten(1)).relu())


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device).train()
    images, labels = images.to(device), labels.to(device)
    adam = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses = []
    for _ in range(8):
        for batch in torch.randperm(len(images), device=device).split(64):
            adam.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            adam.step()
        losses.append(float(loss))
    return losses
