import torch
import torch.nn as nn


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.avg = nn.AvgPool2d(2, stride=2)
        self.lin1 = nn.Linear(400, 120)
        self.lin2 = nn.Linear(120, 84)
        self.lin3 = nn.Linear(84, 10)

    def forward(self, x):
        out = self.avg(torch.sigmoid(self.conv1(x)))
        out = self.avg(torch.sigmoid(self.conv2(out)))
        out = out.reshape(1, -1)
        out = torch.sigmoid(self.lin1(out))
        out = torch.sigmoid(self.lin2(out))
        return self.lin3(out)


# tested with net(torch.rand(1, 1, 28, 28)) and it works

def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    opt = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for epoch in range(2):
        total = 0.0
        for i in torch.randperm(len(images)):
            opt.zero_grad()
            loss = nn.functional.cross_entropy(model(images[i:i + 1].to(device)), labels[i:i + 1].to(device))
            loss.backward()
            opt.step()
            total += loss.item()
        losses.append(total / len(images))
    return losses
