import torch
import torch.nn as nn
import torch.nn.functional as F


class PlainCNN(nn.Module):
    def __init__(self, n1=32, n2=64, hidden=128, dropout=0.5):
        super().__init__()
        self.conv1 = nn.Conv2d(1, n1, 5)
        self.conv2 = nn.Conv2d(n1, n2, 5)
        self.fc1 = nn.Linear(n2 * 16, hidden)
        self.fc2 = nn.Linear(hidden, 10)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        x = F.avg_pool2d(F.relu(self.conv1(x)), 2)
        x = F.avg_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(x.shape[0], -1)
        x = F.relu(self.fc1(x))
        return self.fc2(self.drop(x))


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
