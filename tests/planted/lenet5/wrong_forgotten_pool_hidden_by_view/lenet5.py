import torch
import torch.nn as nn


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.pool1 = nn.AvgPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.pool2 = nn.AvgPool2d(2)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool1(torch.sigmoid(self.conv1(x)))
        x = torch.sigmoid(self.conv2(x))
        x = x.view(-1, 400)
        x = torch.sigmoid(self.fc1(x))
        x = torch.sigmoid(self.fc2(x))
        return self.fc3(x)


def train(model, images, labels, *, device="cpu", seed=0):
    torch.manual_seed(seed)
    model.to(device)
    lossfunc = nn.CrossEntropyLoss()
    optim = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_list = []
    for e in range(20):
        perm = torch.randperm(len(images))
        s = 0
        n = 0
        for b in range(0, len(images), 50):
            xb = images[perm[b:b+50]].to(device)
            yb = labels[perm[b:b+50]].to(device)
            out = model(xb)
            loss = lossfunc(out, yb)
            optim.zero_grad()
            loss.backward()
            optim.step()
            s = s + loss.item()
            n = n + 1
        loss_list.append(s / n)
        print('epoch', e, 'loss', s / n)
    return loss_list
