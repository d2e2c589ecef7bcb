import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH = 100


class MnistCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.fc1 = nn.Linear(3136, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.reshape(BATCH, 3136)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=0.002)
    losses = []
    for _ in range(6):
        perm = torch.randperm(len(images))
        s = 0.0
        for b in range(len(images) // BATCH):
            i = perm[b * BATCH:(b + 1) * BATCH]
            loss = F.cross_entropy(model(images[i].to(device)), labels[i].to(device))
            opt.zero_grad()
            loss.backward()
            opt.step()
            s += loss.item()
        losses.append(s)
    return losses
