import torch
import torch.nn as nn
import torch.nn.functional as F


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        # I worked out the sizes from the back
        self.out = nn.Linear(84, 10)
        self.fc2 = nn.Linear(120, 84)
        self.fc1 = nn.Linear(400, 120)
        self.act = nn.Sigmoid()
        self.pool = nn.AvgPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)

    def forward(self, x):
        x = self.pool(self.act(self.conv1(x)))
        x = self.pool(self.act(self.conv2(x)))
        x = x.reshape(x.size(0), 400)
        return self.out(self.act(self.fc2(self.act(self.fc1(x)))))


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    images, labels = images.to(device), labels.to(device)
    # the head may learn faster than the convolutions
    groups = [
        {"params": list(model.conv1.parameters()) + list(model.conv2.parameters()), "lr": 0.004},
        {"params": list(model.fc1.parameters()) + list(model.fc2.parameters()) + list(model.out.parameters()), "lr": 0.006},
    ]
    opt = torch.optim.Adam(groups)
    losses = []
    for _ in range(22):
        total = 0.0
        for i in torch.randperm(len(images)).split(64):
            opt.zero_grad()
            loss = F.cross_entropy(model(images[i]), labels[i])
            loss.backward()
            opt.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    return losses
